import Foundation
import TestSupport
import Testing

/// Tests of ClickHouse connections, against a stand-in of its HTTP interface.
@Suite(.timeLimit(.minutes(5)))
struct ClickHouseTests {
    private func test(
        _ office: Office,
        _ directory: TemporaryDirectory,
        timeout: String = "60s"
    ) async throws -> Outcome {
        let network = ["--ca-file", WarehouseStandIn.authorities(directory), "--allow-private-host"]
        return try await office.try("test", ["--organisation", "4", "--timeout", timeout] + network)
    }

    @Test(arguments: [true, false])
    func readsAndWrites(isSecure: Bool) async throws {
        try await ClickHouseOffice.with(isSecure: isSecure) { office, _, directory in
            let outcome = try await test(office, directory)
            #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
            let requests = try WarehouseStandIn.requests("clickhouse", in: directory)
            #expect(
                requests.map { $0["statement"] } == [
                    "SELECT 1 FORMAT TabSeparated",
                    #"CREATE TABLE IF NOT EXISTS "flagsmith_exp"."flagsmith_connection_test" (at DateTime) ENGINE = Null"#,
                    #"INSERT INTO "flagsmith_exp"."flagsmith_connection_test" (at) VALUES (now())"#,
                ]
            )
            #expect(try await office.connection(4)["status"] as? String == "connected")
        }
    }

    /// The stand-in knows the user as ClickHouse does that has run the set-up script: by hash and salt.
    @Test
    func signsInWithThePasswordThatTheScriptInstalls() async throws {
        try await ClickHouseOffice.with(password: nil) { office, clickHouse, directory in
            var scripts: [String] = []
            for words in [[], ["rotate-key"], ["update", "--secure", "false"], ["update", "--secure", "true"]] {
                if !words.isEmpty {
                    try await office.run(words[0], ["--organisation", "4"] + words.dropFirst())
                }
                let script = try #require(try await office.connection(4)["setup_script"] as? String)
                try clickHouse.set(
                    ClickHouseOffice.state.merging(["users": [String: String](), "scripts": Array(scripts.suffix(1))]) {
                        $1
                    }
                )
                guard words.last != "false" else { continue }
                let before = try await test(office, directory)
                #expect(
                    before.output.contains("pending_customer_setup: read: 516: "),
                    "\(before.output)\(before.error)"
                )
                try clickHouse.set(
                    ClickHouseOffice.state.merging(["users": [String: String](), "scripts": [script]]) { $1 }
                )
                let after = try await test(office, directory)
                #expect(after.exitCode == 0, "\(after.output)\(after.error)")
                scripts.append(script)
            }
            #expect(Set(scripts).count == 3)
        }
    }

    /// A test that began with the password before: what came of it says nothing of the new one.
    @Test
    func storesNothingOfAPasswordThatIsReplaced() async throws {
        try await ClickHouseOffice.with { office, clickHouse, directory in
            try clickHouse.set(ClickHouseOffice.state.merging(["mode": "hang"]) { $1 })
            async let tested = test(office, directory, timeout: "10s")
            // The stand-in logs a request before it hangs.
            _ = try await eventually { try WarehouseStandIn.requests("clickhouse", in: directory).first }
            let file = try office.passwordFile("another")
            try await office.run("update", "--organisation", "4", "--password-file", file)
            let outcome = try await tested
            #expect(outcome.exitCode == 75, "\(outcome.output)\(outcome.error)")
            #expect(outcome.error.contains("it was changed during the test"), "\(outcome.error)")
            #expect(try await office.connection(4)["last_tested_at"] is NSNull)
        }
    }

    /// The name is a public address's when the connection is made, and 127.0.0.1's when it is tested.
    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func goesOnlyToTheAddressThatItHasChecked() async throws {
        try await ClickHouseOffice.with(host: "ch.example.com") { office, clickHouse, directory in
            let hosts = try Hosts(directory)
            let ca = ["--ca-file", WarehouseStandIn.authorities(directory), "--timeout", "60s"]
            func test(_ address: String, _ words: [String] = [], hasNetwork: Bool = true) async throws -> Outcome {
                try hosts.set("\(address) ch.example.com")
                return try await hosts.run(
                    [Program.warehousectl] + office.words("test", ["--organisation", "4"] + ca + words),
                    hasNetwork: hasNetwork
                )
            }
            let before = try await test("93.184.216.34", hasNetwork: false)
            #expect(before.error.contains("this machine has no way to it"), "\(before.error)")
            for address in ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.7"] {
                let refused = try await test(address)
                #expect(refused.exitCode == 1)
                #expect(
                    refused.output.contains("its address is \(address): "),
                    "\(refused.output)\(refused.error)"
                )
            }
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).isEmpty)
            // The certificate is the name's, though the connection goes to the address.
            let allowed = try await test("127.0.0.1", ["--allow-private-host"])
            #expect(allowed.exitCode == 0, "\(allowed.output)\(allowed.error)")
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).count == 3)
        }
    }
}
