import Foundation
import TestSupport

/// An office whose organisation 4 has a ClickHouse connection, and a stand-in of ClickHouse's HTTP interface.
enum ClickHouseOffice {
    static var state: [String: Any] {
        [
            "users": ["loader": "pass wörd"], "databases": ["flagsmith_exp"], "fail": [String: String](),
            "mode": "normal",
        ]
    }

    /// Runs the stand-in while `body` works with it.
    ///
    /// - Parameters:
    ///   - isSecure: whether the connection is with TLS.
    ///   - speaksTLS: whether the stand-in's port is; nil for the same.
    ///   - port: nil for the stand-in's.
    ///   - directory: may hold its certificate; nil for a new one.
    ///   - password: is typed; nil lets the tool make one.
    static func with<Result: Sendable>(
        host: String = "localhost",
        isSecure: Bool = true,
        speaksTLS: Bool? = nil,
        port: Int? = nil,
        in directory: TemporaryDirectory? = nil,
        password: String? = "pass wörd",
        _ body: (Office, WarehouseStandIn, TemporaryDirectory) async throws -> Result
    ) async throws -> Result {
        let office = try await Office()
        let directory = try directory ?? TemporaryDirectory()
        return try await WarehouseStandIn.with(
            "clickhouse",
            in: directory,
            state: state,
            isSecure: speaksTLS ?? isSecure
        ) { clickHouse in
            var words = [
                "--organisation", "4", "--type", "clickhouse", "--host", host, "--port", "\(port ?? clickHouse.port)",
                "--username", "loader", "--secure", "\(isSecure)",
            ]
            if let password { words += ["--password-file", try office.passwordFile(password)] }
            try await office.run("create", words)
            return try await body(office, clickHouse, directory)
        }
    }
}
