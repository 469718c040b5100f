import FastCGI
import Logging
import SQLiteStore
import WarehouseAPI
import WarehouseConnections

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
            let reader = SQLiteReader(path: settings.store)
            // Opens it now, so that the log tells at the start, and no request waits for it.
            log.recordStore(Result { () throws(StoreError) in try reader.checkReadable() })
            let responder = Responder(
                reader: reader,
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
