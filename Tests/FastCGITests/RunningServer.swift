import Foundation
import HTTPTypes
import Synchronization
import TestSupport

@testable import FastCGI

/// A server on a unix socket of its own, whose answers tell what it was asked. Stopped when the test lets go of it.
final class RunningServer: Sendable {
    let socket: String
    let server: Server
    private let directory: TemporaryDirectory

    /// - Parameter whileServing: called in the handler, with the request target.
    init(threads: Int = 2, whileServing: @escaping @Sendable (String) -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        socket = directory("socket")
        let log = Log()
        server = try Server(
            listener: ListeningSocket(listeningOn: .unix(path: socket)),
            threads: threads,
            report: { _ in },
            makeHandler: {
                { request in
                    let target = request.parameter("REQUEST_URI") ?? "none"
                    whileServing(target)
                    log.targets.withLock { $0.append(target) }
                    let size = request.parameter("SIZE").flatMap { Int($0) }
                    let body = size.map { [UInt8](repeating: UInt8(ascii: "x"), count: $0) } ?? Array(target.utf8)
                    return (HTTPResponse(status: .ok, headerFields: [.contentType: "text/plain"]), body)
                }
            }
        )
        self.log = log
    }

    private final class Log: Sendable {
        let targets = Mutex<[String]>([])
    }
    private let log: Log

    var targets: [String] { log.targets.withLock { $0 } }

    func connect() throws -> FastCGIConnection { try FastCGIConnection(socket) }

    /// Waits until the server is in that state; not for ever, so that a test which fails comes to an end.
    func wait(until isReached: (Server) -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !isReached(server) {
            guard ContinuousClock.now < deadline else { throw FastCGIConnection.Failure.timedOut }
            usleep(1_000)
        }
    }

    deinit {
        server.stop()
        _ = server.drain(for: .seconds(10))
    }
}
