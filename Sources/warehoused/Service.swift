import FastCGI
import Foundation
import Logging
import SQLiteStore
import WarehouseAPI
import WarehouseConnections

/// The running program: a server of connections, one of its own status if that is wanted, and an inspector of the store.
struct Service {
    private let server: Server
    private let status: Server?

    /// Puts the parts together and starts them.
    init(
        _ settings: Settings,
        listener: consuming ListeningSocket,
        statusListener: consuming ListeningSocket?,
        logger: Logger
    ) throws(TransportError) {
        let log = RequestLog(logger)
        let metrics = Metrics()
        let inspector = StoreInspector(path: settings.store)
        let report: @Sendable (TransportError) -> Void = {
            logger.error("cannot accept connections for now", metadata: ["cause": "\($0)"])
        }
        let server = try Server(listener: listener, threads: settings.threads, report: report) {
            let reader = SQLiteReader(path: settings.store, inspector: inspector)
            // Opens it now, so that the log tells at the start, and no request waits for it.
            let start = ContinuousClock.now
            log.recordStore(Result { () throws(StoreError) in _ = try reader.schemaVersion() }, since: start)
            let responder = Responder(reader: reader, authoriser: settings.authoriser, cors: settings.cors)
            let counts = metrics.makeWorker()
            return { request in
                let (response, body, event) = responder.respond(to: APIRequest { request.parameter($0) })
                counts.record(event)
                log.record(event)
                return (response, body)
            }
        }
        self.server = server
        if let statusListener {
            status = try Server(listener: statusListener, threads: 1, report: report) {
                let reader = SQLiteReader(path: settings.store, inspector: inspector)
                let surface = Responder.Surface.status {
                    metrics.text(server, schemaVersion: try? reader.schemaVersion(), inspection: inspector.lastReport)
                }
                let responder = Responder(reader: reader, authoriser: settings.authoriser, surface: surface)
                return { request in
                    let (response, body, _) = responder.respond(to: APIRequest { request.parameter($0) })
                    return (response, body)
                }
            }
        } else {
            status = nil
        }
        Self.startInspecting(inspector, log)
    }

    /// Serves until a signal; returns how many requests were still unfinished after the drain time-out.
    func run(
        until signals: borrowing TerminationSignals,
        drainTimeout: Duration,
        manager: ServiceManager
    ) throws(TransportError) -> Int {
        let unfinished = try server.run(until: signals, drainTimeout: drainTimeout, manager: manager)
        status?.stop()
        _ = status?.drain(for: .seconds(1))
        return unfinished
    }

    private static func startInspecting(_ inspector: StoreInspector, _ log: RequestLog) {
        Thread.detachNewThread {
            while true {
                let start = ContinuousClock.now
                if let report = inspector.inspect(isSuspect: log.knowsFailureOfAccess) {
                    log.recordStore(report.outcome, since: start, isOfWholeFile: true)
                }
                Thread.sleep(forTimeInterval: 0.5)
            }
        }
    }
}
