import Foundation
import TestSupport
import Testing
import WarehouseConnections

@Suite(.serialized, .timeLimit(.minutes(5)))
struct ShowTests {
    @Test
    func printsEachScriptAlone() async throws {
        let office = try await Office()
        let create = [
            "--organisation", "4", "--account-identifier", "xy12345.eu-west-1", "--schema", "Événements \"1\"",
        ]
        try await office.run("create", create)
        let connection = try await office.connection(4)
        func printed(_ words: String...) async throws -> String {
            try await office.run("show", ["--organisation", "4"] + words).output
        }
        let script = try await printed("--script")
        #expect(script == connection["setup_script"] as? String)
        let teardown = try await printed("--teardown")
        #expect(teardown.hasPrefix("-- Flagsmith Analytics\n"))
        #expect(teardown.contains("\nDROP USER IF EXISTS \"FLAGSMITH_SERVICE\";\n"))
        let policy = try await printed(
            "--network-policy",
            "--egress-address=8.8.8.8",
            "--egress-address=9.9.9.0/24",
            "--egress-address=8.8.8.8"
        )
        #expect(policy.hasPrefix("-- Flagsmith Analytics\n"))
        #expect(policy.contains(" VALUE_LIST = ('8.8.8.8', '9.9.9.0/24') MODE = INGRESS;\n"))

        let key = try #require(PublicKey(connection["public_key"] as? String ?? ""))
        #expect(script.contains("\n-- \(key.fingerprint)\nALTER USER "))
        #expect(try await printed().contains("\nfingerprint         \(key.fingerprint)\n"))
    }

    /// Of a connection without a script, and of one with a name that would end the comment that it stands in.
    @Test
    func refusesWhatItCannotPrint() async throws {
        let workplace = try await Workplace()
        let imported = [Self.clickHouse, Self.snowflake.replacing(#""A""#, with: #""A\nDROP DATABASE B;""#)]
        let input = imported.joined(separator: "\n")
        let outcome = try await run("import", "-", "--store", workplace.store, input: input)
        try #require(outcome.exitCode == 0, "\(outcome.error)")
        let usage = "(see warehousectl --help)\n"
        let address = "expected a public IPv4 address, or a block as <address>/<bits>\n"
        let name = "wc_8: schema holds a line break or another control character: change it with update, or make the"
        let refusals: [(organisation: Int, words: [String], exit: Int32, error: String)] = [
            (9, ["--script"], 1, "wc_9: this clickhouse connection has no set-up script\n"),
            (
                9, ["--network-policy", "--egress-address=8.8.8.8"], 1,
                "wc_9: this clickhouse connection has no network policy\n"
            ),
            (8, ["--teardown"], 65, "\(name) connection anew\n"),
            (8, ["--network-policy", "--egress-address=8.8.8.8"], 65, "\(name) connection anew\n"),
            (
                8, ["--network-policy"], 64,
                "--network-policy: give --egress-address for each address that it allows \(usage)"
            ),
            (8, ["--egress-address=8.8.8.8"], 64, "--egress-address is for --network-policy \(usage)"),
            (8, ["--teardown", "--json"], 64, "--json is for the connection, not for a script of it \(usage)"),
            (8, ["--network-policy", "--egress-address=10.0.0.1"], 64, "--egress-address 10.0.0.1: \(address)"),
            (8, ["--network-policy", "--egress-address=8.8.8.8/24"], 64, "--egress-address 8.8.8.8/24: \(address)"),
        ]
        for (organisation, words, exit, error) in refusals {
            let all = ["show", "--organisation", "\(organisation)", "--store", workplace.store] + words
            let outcome = try await Program.run(Program.warehousectl, all)
            #expect(outcome.exitCode == exit, "\(words)")
            #expect(outcome.error == "warehousectl: \(error)", "\(words)")
            #expect(outcome.output.isEmpty)
        }
        let two = try await run("show", "--organisation", "8", "--script", "--teardown", "--store", workplace.store)
        #expect(two.exitCode == 64 && two.error.contains("'--teardown'") && two.error.contains("'--script'"))
        let teardown = try await run("show", "--organisation", "9", "--teardown", "--store", workplace.store)
        #expect(teardown.output.hasSuffix("\nDROP TABLE IF EXISTS \"default\".\"flagsmith_connection_test\";\n"))
    }

    private static let rest = #"""
        "public_key":null,"setup_script":null,"created_at":"2026-04-17T10:00:00Z","last_tested_at":null,"last_error":null}
        """#
    private static let clickHouse = #"""
        {"organisation":9,"id":"wc_9","type":"clickhouse","status":"pending_customer_setup","config":{"host":"ch.example.org",\#
        "port":8443,"database":"default","username":"default","secure":true},\#(rest)
        """#
    private static let snowflake = #"""
        {"organisation":8,"id":"wc_8","type":"snowflake","status":"pending_customer_setup","config":{\#
        "account_identifier":"xy12345","warehouse":"W","database":"D","schema":"A","role":"R","user":"U"},\#(rest)
        """#

    private func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await Program.run(Program.warehousectl, arguments, input: input)
    }
}
