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
