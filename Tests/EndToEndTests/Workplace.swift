import Foundation
import TestSupport
import Testing

/// A store filled from the example connections and what a test needs around it, in a directory of its own.
struct Workplace {
    let directory: TemporaryDirectory
    let store: String
    let socket: String
    /// Holds the sockets at which instances say how they are.
    let statusDirectory: String
    let log: String
    /// A live API key for each of the organisations 1 to 4; the last has no connection.
    let keys: [Int: String]

    init() async throws {
        directory = try TemporaryDirectory()
        store = directory("store.sqlite")
        socket = directory("socket")
        statusDirectory = directory("status")
        log = directory("log")
        try FileManager.default.createDirectory(
            atPath: statusDirectory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o750]
        )
        _ = try await Program.run(Program.warehousectl, ["init", "--store", store])
        _ = try await Program.run(Program.warehousectl, ["import", Fixture.connections, "--store", store])
        var keys: [Int: String] = [:]
        for organisation in 1...4 {
            let arguments = ["key", "create", "--organisation", "\(organisation)", "--store", store]
            let made = try await Program.run(Program.warehousectl, arguments)
            keys[organisation] = made.output.trimmingCharacters(in: .newlines)
        }
        self.keys = keys
    }

    /// What was logged so far.
    var logged: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// How many of the requests that are logged, which they are from level info on, have that route.
    func loggedRequests(for route: String) -> Int {
        logged.split(separator: "\n").count { $0.contains(#""http.route":"\#(route)""#) }
    }

    /// Changes the store as nobody should.
    func sql(_ statements: String) async throws {
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
        let outcome = try await Program.run("python3", ["-c", script, store, statements])
        try #require(outcome.exitCode == 0, "\(outcome.error)")
    }

    /// Runs `warehoused`, as instance 1, on the socket while `body` works with it.
    func withResponder<Result: Sendable>(
        _ options: [String] = [],
        body: (pid_t) async throws -> Result
    ) async throws -> (result: Result, exitCode: Int32) {
        try await Program.withRunning(
            Program.warehoused,
            ["--store", store, "--listen", "unix:\(socket)", "--status-listen", "unix:\(statusDirectory)/1.sock"]
                + options,
            log: log
        ) { process in
            _ = try await eventually { try ask("/health/liveness/") }
            return try await body(process)
        }
    }

    /// Asks the responder at the socket as nginx does, with the key of `organisation`.
    func ask(
        _ target: String,
        method: String = "GET",
        key organisation: Int? = 1,
        _ parameters: [(String, String)] = []
    ) throws -> FastCGIResponse {
        try FastCGIConnection(socket).ask(
            [("REQUEST_METHOD", method), ("REQUEST_URI", target)] + credentials(of: organisation) + parameters
        )
    }

    func credentials(of organisation: Int?) -> [(String, String)] {
        organisation.map { [("HTTP_AUTHORIZATION", "Api-Key \(keys[$0] ?? "")")] } ?? []
    }

    static func list(_ organisation: Int) -> String {
        "/api/v1/organisations/\(organisation)/integrations/warehouse-connections/"
    }
}

extension StringProtocol {
    /// The part of an API key that is no secret.
    var keyID: String { String(dropFirst(4).prefix(12)) }
}
