import Foundation
import TestSupport
import Testing

/// What can be wrong on the way to a warehouse: each with a sentence of our own, within the deadline.
@Suite(.timeLimit(.minutes(5)))
struct NetworkFailureTests {
    private static let test = ["--organisation", "4", "--timeout", "3s", "--allow-private-host"]

    /// Of a test that fails.
    private func lastError(_ office: Office) async throws -> String? {
        let outcome = try await office.try("test", Self.test)
        #expect(outcome.exitCode == 1, "\(outcome.error)")
        return try await office.connection(4)["last_error"] as? String
    }

    /// The certificate's names and day, whether the test trusts it, and what `last_error` and the advice say.
    @Test(arguments: [
        ("DNS:localhost", "-3 days", true, "TLS: the certificate has expired", ""),
        ("DNS:localhost", "+3 days", true, "TLS: the certificate is not valid yet", "timedatectl"),
        ("DNS:other.example.com", "now", true, "TLS: the certificate is for another name", ""),
        (
            "DNS:localhost", "now", false, "TLS: the certificate is not from an authority that is trusted here",
            "give --ca-file"
        ),
    ])
    func saysWhatIsWrongWithACertificate(
        names: String,
        day: String,
        isTrusted: Bool,
        error: String,
        advice: String
    ) async throws {
        let directory = try TemporaryDirectory()
        try await WarehouseStandIn.makeCertificate(in: directory, names: names, day: day)
        try await ClickHouseOffice.with(in: directory) { office, clickHouse, _ in
            let words = isTrusted ? ["--ca-file", WarehouseStandIn.authorities(directory)] : []
            let outcome = try await office.try("test", Self.test + words)
            #expect(outcome.exitCode == 1, "\(outcome.error)")
            #expect(advice.isEmpty || outcome.output.contains(advice), "\(outcome.output)")
            let text = try #require(try await office.connection(4)["last_error"] as? String)
            #expect(text == "localhost:\(clickHouse.port): \(error)")
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).isEmpty)
        }
    }

    @Test(arguments: [
        (true, "TLS: the port does not speak it", "--secure false"),
        (false, "the port does not answer in HTTP without TLS", "--secure true"),
    ])
    func noticesAPortWithOrWithoutTLS(isSecure: Bool, error: String, advice: String) async throws {
        try await ClickHouseOffice.with(isSecure: isSecure, speaksTLS: !isSecure) { office, clickHouse, directory in
            let ca = ["--ca-file", WarehouseStandIn.authorities(directory)]
            let outcome = try await office.try("test", Self.test + ca)
            #expect(outcome.exitCode == 1)
            #expect(outcome.output.contains(advice), "\(outcome.output)")
            let text = try #require(try await office.connection(4)["last_error"] as? String)
            #expect(text == "localhost:\(clickHouse.port): \(error)")
        }
    }

    @Test func saysThatNobodyListens() async throws {
        let socket = try LoopbackSocket()
        try await ClickHouseOffice.with(port: socket.port) { office, _, _ in
            let text = try await lastError(office)
            #expect(text == "localhost:\(socket.port): Connection refused")
        }
    }

    /// A port that takes connections and never says a word.
    @Test func waitsForNoTLSBeyondTheDeadline() async throws {
        let socket = try LoopbackSocket()
        try #require(listen(socket.descriptor, 8) == 0)
        try await ClickHouseOffice.with(port: socket.port) { office, _, _ in
            let start = ContinuousClock.now
            let text = try await lastError(office)
            #expect(ContinuousClock.now - start < .seconds(6))
            #expect(text == "localhost:\(socket.port): TLS: no answer within 3 s")
        }
    }

    @Test(
        .enabled("needs the right to mounts") { try await Hosts.canBeSet() },
        arguments: [
            ("silent", [], "ch.example.com: no address within 3 s"), ("empty", [], "ch.example.com: has no address"),
            ("silent", ["--proxy", "http://proxy.org:3128"], "ch.example.com:8443: the proxy cannot be reached"),
            ("empty", ["--proxy", "http://proxy.org:3128"], "ch.example.com:8443: the proxy cannot be reached"),
        ]
    )
    func asksANameServerWithinTheDeadline(mode: String, words: [String], error: String) async throws {
        try await ClickHouseOffice.with(host: "ch.example.com", port: 8443) { office, _, _ in
            let program = Fixture.project + "Tests/EndToEndTests/warehouses/name_server.py"
            let start = ContinuousClock.now
            let outcome = try await Program.run(
                "unshare",
                ["--mount", "--net", program, mode, Program.warehousectl] + office.words("test", Self.test + words),
                environment: Program.withoutProxy
            )
            #expect(outcome.exitCode == 1, "\(outcome.error)")
            #expect(ContinuousClock.now - start < .seconds(6))
            #expect(try await office.connection(4)["last_error"] as? String == error)
        }
    }

    /// Where the stand-in is at one of them only.
    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func triesEachAddressOfAName() async throws {
        try await ClickHouseOffice.with(host: "ch.example.com") { office, clickHouse, directory in
            let hosts = try Hosts(directory)
            let ca = ["--ca-file", WarehouseStandIn.authorities(directory)]
            try hosts.set("::1 ch.example.com\n127.0.0.2 ch.example.com\n127.0.0.1 ch.example.com")
            let outcome = try await hosts.run([Program.warehousectl] + office.words("test", Self.test + ca))
            #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).count == 3)
            try hosts.set("::1 ch.example.com\n127.0.0.2 ch.example.com")
            let refused = try await hosts.run([Program.warehousectl] + office.words("test", Self.test + ca))
            #expect(
                refused.output.contains("ch.example.com:\(clickHouse.port): Connection refused"),
                "\(refused.output)"
            )
        }
    }

    @Test func needsNoConnectionThatStaysOpen() async throws {
        try await ClickHouseOffice.with { office, clickHouse, directory in
            try clickHouse.set(ClickHouseOffice.state.merging(["mode": "closing"]) { $1 })
            for _ in 1...10 {
                let ca = ["--ca-file", WarehouseStandIn.authorities(directory)]
                let outcome = try await office.try("test", Self.test + ca)
                #expect(outcome.exitCode == 0, "\(outcome.output)")
            }
        }
    }

    /// Of 200 servers that answer 64 MiB, close, hang, drip or redirect, 64 at a time.
    @Test func survivesManyHostileServersAtOnce() async throws {
        try await SnowflakeOffice.with { story in
            let modes = ["huge", "close", "hang", "drip", "redirect:https://localhost/", "rubbish"]
            try await story.create(4, account: "many4")
            try await story.office.copy(4, to: 5...203) { "many\($0)" }
            let users = ["FLAGSMITH_SERVICE": try await story.runScript(4)]
            let accounts = (4...203).map { number in
                let account: [String: Any] = ["users": users, "mode": modes[number % modes.count]]
                return ("MANY\(number)", account)
            }
            try story.snowflake.set(["accounts": Dictionary(uniqueKeysWithValues: accounts)])
            let start = ContinuousClock.now
            let words = ["--all", "--parallel", "64", "--timeout", "5s", "--json"] + story.network
            let command = [Program.warehousectl] + story.office.words("test", words)
            let measured = try await Program.run(
                "python3",
                ["-c", Self.measuring] + command,
                environment: Program.withoutProxy
            )
            print("200 hostile servers: \(ContinuousClock.now - start), \(measured.error)")
            #expect(measured.exitCode == 1)
            #expect(measured.output.hasPrefix(#"{"tested":200,"connected":0,"#), "\(measured.output.prefix(500))")
            #expect(ContinuousClock.now - start < .seconds(60))
            let kibibytes = try #require(Int(measured.error.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(kibibytes < 100 << 10)
        }
    }

    /// Prints how much memory its command had at most, in KiB.
    private static let measuring = """
        import resource, subprocess, sys
        status = subprocess.run(sys.argv[1:]).returncode
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
        sys.exit(status)
        """
}
