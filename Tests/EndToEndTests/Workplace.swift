import Foundation
import TestSupport

/// A store filled from the example connections and what a test needs around it, in a directory of its own.
struct Workplace {
    let directory: TemporaryDirectory
    let store: String
    let socket: String
    let log: String

    init() async throws {
        directory = try TemporaryDirectory()
        store = directory("store.sqlite")
        socket = directory("socket")
        log = directory("log")
        _ = try await Program.run(Program.warehousectl, ["init", "--store", store])
        _ = try await Program.run(Program.warehousectl, ["import", Fixture.connections, "--store", store])
    }

    /// What was logged so far.
    var logged: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Runs `warehoused` on the socket while `body` works with it.
    func withResponder<Result: Sendable>(
        _ options: [String] = [],
        body: (pid_t) async throws -> Result
    ) async throws -> (result: Result, exitCode: Int32) {
        try await Program.withRunning(
            Program.warehoused,
            ["--store", store, "--listen", "unix:\(socket)"] + options,
            log: log
        ) { process in
            _ = try await eventually { try ask("/health/liveness/") }
            return try await body(process)
        }
    }

    /// Asks the responder at the socket as nginx does, for the organisation in `target` unless told otherwise.
    func ask(
        _ target: String,
        method: String = "GET",
        organisation: String = "1",
        _ parameters: [(String, String)] = []
    ) throws -> FastCGIResponse {
        try FastCGIConnection(socket).ask(
            [("REQUEST_METHOD", method), ("REQUEST_URI", target), ("AUTHORISED_ORGANISATION", organisation)]
                + parameters
        )
    }

    static func list(_ organisation: Int) -> String {
        "/api/v1/organisations/\(organisation)/integrations/warehouse-connections/"
    }
}
