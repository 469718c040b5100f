import Foundation
import TestSupport
import Testing

/// Whoever names a host must not have this service connect to what is not public: neither itself nor through its proxy.
@Suite(.timeLimit(.minutes(5)), .enabled("needs the right to mounts") { try await Hosts.canBeSet() })
struct DestinationTests {
    /// Each is this machine, to some resolver or some reader of URLs. The names are in its /etc/hosts.
    static let spellings = [
        "127.0.0.1", "127.0.0.1.", "127.1", "2130706433", "0177.0.0.1", "017700000001", "0x7f000001", "0x7f.0.0.1",
        "0.0.0.0", "0", "::1", "[::1]", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "fe80::1%lo", "::1%1", "localhost", "LOCALHOST", "localhost.", "inside.example.com",
        "inside.example.com.", "xn--lcalhost-b1a", "ⓛocalhost", "１２７.0.0.1", "127。0。0。1", "127.0.0.1#@ch.example.com",
        "ch.example.com@127.0.0.1", "127.0.0.1:8443", "127.0.0.1/ch.example.com",
        "169.254.169.254", "100.64.0.1", "both.example.com",
    ]
    private static let names = """
        127.0.0.1 inside.example.com xn--lcalhost-b1a 2130706433
        93.184.216.34 both.example.com
        127.0.0.1 both.example.com
        """

    @Test func connectsToNothingThatIsNotPublic() async throws {
        let directory = try TemporaryDirectory()
        try await WarehouseStandIn.with("recorder", in: directory) { recorder in
            try await WarehouseStandIn.with(
                "proxy",
                in: directory,
                isSecure: false,
                words: ["--to", "\(recorder.port)"]
            ) { proxy in
                let hosts = try Hosts(directory)
                try hosts.set(Self.names)
                let office = try await BothWarehouses(host: "ch.example.com", port: recorder.port).office
                for spelling in Self.spellings {
                    // As whoever can write the store would: most are refused before that.
                    try await office.workplace.sql(
                        "UPDATE connection SET config = json_set(config, '$.host', '\(spelling)') WHERE organisation = 4"
                    )
                    for words in [[], ["--proxy", "http://127.0.0.1:\(proxy.port)"]] {
                        let fault = "host \(spelling)\(words.isEmpty ? "" : ", through a proxy")"
                        let report = try await FaultReport(fault, of: 4, in: office, words) {
                            try await hosts.run([Program.warehousectl] + $0)
                        }
                        #expect(report.exitCode == 1, "\(spelling): \(report.printed)")
                        // Nor may anybody learn from it what a name leads to in here.
                        let isTold = spelling.contains("127.0.0.1")
                        #expect(isTold || report.lastError?.contains("127.0.0.1") == false, "\(report.printed)")
                    }
                }
                #expect(try WarehouseStandIn.requests("recorder", in: directory).isEmpty)
                #expect(try WarehouseStandIn.requests("proxy", in: directory).isEmpty)
            }
        }
    }

    /// The name server gives a public address first, and then this machine's.
    @Test func staysWithTheAddressThatItHasChecked() async throws {
        let office = try await BothWarehouses(host: "ch.example.com", port: 8443).office
        let program = Fixture.project + "Tests/EndToEndTests/warehouses/name_server.py"
        for _ in 1...3 {
            let report = try await FaultReport("a name that changes", of: 4, in: office, ["--timeout", "5s"]) {
                try await Program.run(
                    "unshare",
                    ["--mount", "--net", program, "changing", Program.warehousectl] + $0,
                    environment: Program.withoutProxy
                )
            }
            #expect(report.exitCode == 69)
            #expect(report.printed.contains("ch.example.com:8443: this machine has no way to it"), "\(report.printed)")
        }
    }

    /// One behind the firewall, which others reach by the same address from outside.
    @Test func connectsToNoPublicAddressOfThisMachine() async throws {
        let office = try await BothWarehouses(host: "93.184.216.34", port: 8443).office
        let report = try await FaultReport("this machine's public address", of: 4, in: office, []) {
            let script = #"ip link set lo up && ip address add 93.184.216.34/32 dev lo && exec "$0" "$@""#
            return try await Program.run(
                "unshare",
                ["--net", "sh", "-c", script, Program.warehousectl] + $0,
                environment: Program.withoutProxy
            )
        }
        #expect(report.exitCode == 1)
        #expect(report.lastError == "93.184.216.34: is not a public address", "\(report.printed)")
    }

    /// What `create` and `update` say of them, before anything is asked.
    @Test func refusesWhatIsNoHost() async throws {
        let office = try await Office()
        let names = ["localhost", "LOCALHOST", "inside.example.com", "xn--lcalhost-b1a", "both.example.com"]
        let addresses = Self.spellings.filter { $0.allSatisfy { "0123456789abcdef.:[]".contains($0) } }
        for spelling in Self.spellings where !names.contains(spelling) {
            let words = ["--type", "clickhouse", "--organisation", "4", "--host", spelling, "--username", "loader"]
            let outcome = try await office.try(
                "create",
                words + ["--password-file", try office.passwordFile("secret")]
            )
            if outcome.exitCode == 0 {
                // One spelling that every reader reads alike.
                #expect(addresses.contains(spelling), "\(spelling)")
                try await office.run("delete", "--organisation", "4", "--yes")
            } else {
                #expect(outcome.exitCode == 64, "\(spelling): \(outcome.error)")
                #expect(outcome.error.contains("--host"), "\(spelling): \(outcome.error)")
            }
        }
    }
}
