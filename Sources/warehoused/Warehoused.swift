import ArgumentParser
import FastCGI
import Foundation
import Logging
import Sysexits
import WarehouseConnections

/// The FastCGI responder's command line: parses, builds, runs.
@main
struct Warehoused: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warehoused",
        abstract: "Serves warehouse connections over FastCGI.",
        discussion: """
            The listening socket is the one at --listen, else the one that systemd passed, else file descriptor 0 \
            (spawn-fcgi, multiwatch). A store that is missing or damaged does not stop it: it answers 503 and \
            recovers when the store does.

            Each option can also come from the environment: WAREHOUSE_STORE, WAREHOUSE_LISTEN, \
            WAREHOUSE_STATUS_LISTEN, WAREHOUSE_THREADS, WAREHOUSE_AUTHORISATION, WAREHOUSE_ALLOW_ORIGIN (several separated by spaces), WAREHOUSE_LOG_LEVEL, \
            WAREHOUSE_DRAIN_TIMEOUT. The option wins.
            """,
        version: Release.version
    )

    @OptionGroup var options: Options

    static func main() { runProgram() }

    func run() throws {
        let settings = try Settings(options)
        if isatty(STDERR_FILENO) == 1 {
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        } else {
            LoggingSystem.bootstrap { _ in JSONLogHandler() }
        }
        var logger = Logger(label: "warehoused")
        logger.logLevel = settings.logLevel
        let unfinished: Int
        do throws(TransportError) {
            unfinished = try serve(settings, logger)
        } catch {
            throw ProgramFailure(error.exit, "\(error)")
        }
        if unfinished > 0 { throw ProgramFailure(.no, "requests cut off by the drain time-out: \(unfinished)") }
        logger.notice("stopped")
    }

    /// Serves until a signal; returns how many requests were still unfinished after the drain time-out.
    private func serve(_ settings: Settings, _ logger: Logger) throws(TransportError) -> Int {
        let signals = try TerminationSignals()
        let listener =
            if let address = settings.listen {
                try ListeningSocket(listeningOn: address)
            } else {
                try ListeningSocket.inherited()
            }
        let statusListener = try settings.statusListen.map { address throws(TransportError) in
            try ListeningSocket(listeningOn: address)
        }
        let service = try Service(settings, listener: listener, statusListener: statusListener, logger: logger)
        logger.notice("serving", metadata: ["store": "\(settings.store)", "threads": "\(settings.threads)"])
        return try service.run(
            until: signals,
            drainTimeout: settings.drainTimeout,
            manager: ServiceManager(environment: ProcessInfo.processInfo.environment)
        )
    }
}

extension TransportError {
    fileprivate var exit: Sysexit {
        switch self {
        case .noListeningSocket, .inheritedSocketCount, .notListening: .usage
        case .addressInUse: .temporaryFailure
        case .notASocket, .cannotListen: .cannotCreate
        case .system: .ioError
        }
    }
}
