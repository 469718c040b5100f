import Foundation
import TestSupport
import Testing

/// An office and a stand-in for Snowflake, whose customer installs what the set-up scripts say.
struct SnowflakeOffice {
    let office: Office
    let snowflake: WarehouseStandIn
    let directory: TemporaryDirectory

    /// Runs the stand-in, which knows no account yet, while `body` works with it.
    static func with<Result: Sendable>(_ body: (SnowflakeOffice) async throws -> Result) async throws -> Result {
        let office = try await Office()
        let directory = try TemporaryDirectory()
        return try await WarehouseStandIn.with("snowflake", in: directory, state: ["accounts": [:]]) { snowflake in
            try await body(SnowflakeOffice(office: office, snowflake: snowflake, directory: directory))
        }
    }

    var network: [String] {
        ["--base-url", snowflake.url, "--ca-file", WarehouseStandIn.authorities(directory)]
    }

    func create(_ organisation: Int, account: String = "xy12345.eu-west-1") async throws {
        try await office.run("create", "--organisation", "\(organisation)", "--account-identifier", account)
    }

    /// The outcome of `warehousectl test`.
    func test(_ words: String...) async throws -> Outcome {
        try await office.try("test", network + words)
    }

    /// Runs the organisation's set-up script as a customer would, who has done so before.
    ///
    /// - Parameter slots: what is in the user's two properties already.
    func runScript(_ organisation: Int, on slots: [String: String] = [:]) async throws -> [String: String] {
        let connection = try await office.connection(organisation)
        let script = try #require(connection["setup_script"] as? String)
        var slots = slots
        for match in script.matches(of: /(?m)^ALTER USER .* SET (RSA_PUBLIC_KEY(?:_2)?) = '([^']+)';$/) {
            slots[String(match.1)] = String(match.2)
        }
        for match in script.matches(of: /(?m)^ALTER USER .* UNSET (RSA_PUBLIC_KEY(?:_2)?);$/) {
            slots[String(match.1)] = nil
        }
        return slots
    }

    /// Sets the one account of the stand-in.
    ///
    /// - Parameter others: what else the stand-in knows of an account.
    func set(_ slots: [String: String], mode: String = "normal", others: [String: Any] = [:]) throws {
        let account: [String: Any] = ["users": ["FLAGSMITH_SERVICE": slots], "mode": mode]
        try snowflake.set(["accounts": ["XY12345": account.merging(others) { $1 }]])
    }

    func requests() throws -> [[String: String]] { try WarehouseStandIn.requests("snowflake", in: directory) }
}
