import FastCGI
import Logging
import SQLiteStore
import WarehouseAPI

/// Puts the parts together: a server on `listener` that answers from the store in `settings`.
func makeServer(
    _ settings: Settings,
    listener: consuming ListeningSocket,
    logger: Logger
) throws(TransportError) -> Server {
    let log = RequestLog(logger)
    return try Server(
        listener: listener,
        threads: settings.threads,
        report: { logger.error("cannot accept connections for now", metadata: ["cause": "\($0)"]) },
        makeHandler: {
            let responder = Responder(
                reader: SQLiteReader(path: settings.store),
                authoriser: settings.authoriser,
                cors: settings.cors
            )
            return { request in
                let (response, body, event) = responder.respond(to: APIRequest { request.parameter($0) })
                log.record(event)
                return (response, body)
            }
        }
    )
}
