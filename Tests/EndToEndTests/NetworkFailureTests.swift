import Foundation
import TestSupport
import Testing

/// What can be wrong on the way to a warehouse: each with a sentence of our own, within the deadline, and with the status
/// that it deserves.
@Suite(.timeLimit(.minutes(5)))
struct NetworkFailureTests {
    /// The fault is the warehouse's: it is stored, and the test has failed.
    private func expectError(_ text: String, _ advice: String = "", in reports: [FaultReport]) {
        for report in reports {
            #expect(report.exitCode == 1, "\(report.printed)")
            #expect(report.status == "error")
            #expect(report.lastError == text, "\(report.printed)")
            #expect(report.lastTestedAt != nil)
            #expect(advice.isEmpty || report.advice.contains(advice), "\(report.printed)")
        }
    }

    /// The fault is this service's: the operator is told, and nothing is stored.
    private func expectNotTested(_ text: String, in reports: [FaultReport]) {
        for report in reports {
            #expect(report.exitCode == 69, "\(report.printed)")
            #expect(report.printed.contains("not tested: ") && report.printed.contains(text), "\(report.printed)")
            #expect(report.status == "pending_customer_setup")
            #expect(report.lastError == nil)
            #expect(report.lastTestedAt == nil)
        }
    }

    /// The certificate's names and day, whether the test trusts it, and what `last_error` and the advice say.
    @Test(arguments: [
        ("DNS:localhost", "-3 days", true, "TLS: the certificate has expired", "renew the certificate"),
        ("DNS:other.example.com", "-1 hour", true, "TLS: the certificate is for another name", "a name that is in"),
        (
            "DNS:localhost", "-1 hour", false, "TLS: the certificate is not from an authority that is trusted here",
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
        try await withCertificate(names: names, day: day) { warehouses, port, words in
            let reports = try await warehouses.test(error, isTrusted ? words : ["--allow-private-host"])
            let text = "localhost:\(port): \(error)"
            // Snowflake sees to its own certificates: that they are for another name is an account that is misspelt.
            if error.contains("another name") {
                expectError(text, advice, in: reports)
            } else {
                expectError(text, advice, in: Array(reports[..<1]))
                expectNotTested(text, in: Array(reports[1...]))
            }
        }
    }

    /// Runs a server with that certificate, which sees no request.
    private func withCertificate(
        names: String,
        day: String,
        _ body: (BothWarehouses, Int, _ words: [String]) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        try await WarehouseStandIn.makeCertificate(in: directory, names: names, day: day)
        try await WarehouseStandIn.with("clickhouse", in: directory, state: ClickHouseOffice.state) { server in
            let warehouses = try await BothWarehouses(host: "localhost", port: server.port)
            let words = ["--allow-private-host", "--ca-file", WarehouseStandIn.authorities(directory)]
            try await body(warehouses, server.port, words)
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).isEmpty)
        }
    }

    @Test func takesACertificateOfTheFutureForAWrongClock() async throws {
        try await withCertificate(names: "DNS:localhost", day: "+3 days") { warehouses, port, words in
            let reports = try await warehouses.test("certificate of the future", words)
            expectNotTested("localhost:\(port): TLS: the certificate is not valid yet: is the clock", in: reports)
        }
    }

    /// The one has no certificate at all, the other something that is none between the right lines.
    @Test(arguments: [("no", 66), ("-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n", 69)])
    func needsAuthoritiesThatItCanRead(pem: String, exit: Int32) async throws {
        try await withCertificate(names: "DNS:localhost", day: "-1 hour") { warehouses, _, _ in
            let file = warehouses.office.workplace.directory("ca.pem")
            try pem.write(toFile: file, atomically: false, encoding: .utf8)
            for report in try await warehouses.test("bad CA file", ["--allow-private-host", "--ca-file", file]) {
                #expect(report.exitCode == exit, "\(report.printed)")
                #expect(report.printed.contains("--ca-file"), "\(report.printed)")
                #expect(report.lastTestedAt == nil)
            }
        }
    }

    @Test func noticesAPortWithoutTLS() async throws {
        let directory = try TemporaryDirectory()
        try await WarehouseStandIn.with(
            "clickhouse",
            in: directory,
            state: ClickHouseOffice.state,
            isSecure: false
        ) { server in
            let warehouses = try await BothWarehouses(host: "localhost", port: server.port)
            expectError(
                "localhost:\(server.port): TLS: the port does not speak it",
                "set secure to false",
                in: try await warehouses.test("port without TLS")
            )
        }
    }

    /// Snowflake is asked with TLS alone.
    @Test func noticesAPortWithTLS() async throws {
        let directory = try TemporaryDirectory()
        try await WarehouseStandIn.with("clickhouse", in: directory, state: ClickHouseOffice.state) { server in
            let office = try await BothWarehouses(host: "localhost", port: server.port, isSecure: false).office
            expectError(
                "localhost:\(server.port): the port does not answer in HTTP without TLS",
                "set secure to true",
                in: [try await FaultReport("TLS on a plain port", of: 4, in: office, ["--allow-private-host"])]
            )
        }
    }

    @Test func saysThatNobodyListens() async throws {
        let socket = try LoopbackSocket()
        let warehouses = try await BothWarehouses(host: "127.0.0.1", port: socket.port)
        expectError(
            "127.0.0.1:\(socket.port): the connection was refused",
            "is its address right",
            in: try await warehouses.test("nobody listens")
        )
    }

    /// A port that takes connections and never says a word.
    @Test func waitsForNoTLSBeyondTheDeadline() async throws {
        let socket = try LoopbackSocket()
        try #require(listen(socket.descriptor, 8) == 0)
        let warehouses = try await BothWarehouses(host: "127.0.0.1", port: socket.port)
        let start = ContinuousClock.now
        let reports = try await warehouses.test("a port that says nothing", timeout: "1s")
        #expect(ContinuousClock.now - start < .seconds(10))
        expectError("127.0.0.1:\(socket.port): TLS: no answer within 1 s", in: reports)
    }

    /// What the only name server does, and whether the fault is this service's.
    @Test(
        .enabled("needs the right to mounts") { try await Hosts.canBeSet() },
        arguments: [
            ("silent", [], "ch.example.com: no name server has answered within 1 s", true),
            ("failing", [], "ch.example.com: no name server answers", true),
            ("empty", [], "ch.example.com: no such host", false),
            ("failing-for-one", [], "ch.example.com: the name servers of this name do not answer", false),
            (
                "silent", ["--proxy", "http://proxy.org:3128"], "http://proxy.org:3128: the proxy cannot be reached",
                true
            ),
            (
                "empty", ["--proxy", "http://proxy.org:3128"], "http://proxy.org:3128: the proxy cannot be reached",
                true
            ),
        ]
    )
    func asksANameServerWithinTheDeadline(
        mode: String,
        words: [String],
        text: String,
        isOurs: Bool
    ) async throws {
        let warehouses = try await BothWarehouses(host: "ch.example.com", port: 8443)
        let program = Fixture.project + "Tests/EndToEndTests/warehouses/name_server.py"
        let start = ContinuousClock.now
        let reports = try await warehouses.test(
            "\(words.isEmpty ? "" : "proxy by name, ")\(mode) name server",
            mode == "inside" ? words : ["--allow-private-host"] + words,
            timeout: mode == "silent" ? "1s" : "3s"
        ) {
            try await Program.run(
                "unshare",
                ["--mount", "--net", program, mode, Program.warehousectl] + $0,
                environment: Program.withoutProxy
            )
        }
        #expect(ContinuousClock.now - start < .seconds(12))
        if isOurs {
            expectNotTested(text, in: reports)
        } else {
            expectError(text, "is the name of the host right?", in: reports)
        }
    }

    /// As with a route that a restart of the network has left out: nothing can be said of any warehouse.
    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func saysThatThisMachineHasNoRoute() async throws {
        let warehouses = try await BothWarehouses(host: "93.184.216.34", port: 8443)
        let reports = try await warehouses.test("no route", []) {
            try await Program.run("unshare", ["--net", Program.warehousectl] + $0, environment: Program.withoutProxy)
        }
        expectNotTested("93.184.216.34:8443: this machine has no way to it", in: reports)
    }

    /// Where the stand-in is at one of them only.
    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func triesEachAddressOfAName() async throws {
        try await ClickHouseOffice.with(host: "ch.example.com") { office, clickHouse, directory in
            let hosts = try Hosts(directory)
            let words = ["--allow-private-host", "--ca-file", WarehouseStandIn.authorities(directory)]
            func test(_ lines: String) async throws -> FaultReport {
                try hosts.set(lines)
                return try await FaultReport("some addresses refuse", of: 4, in: office, words) {
                    try await hosts.run([Program.warehousectl] + $0)
                }
            }
            let some = try await test("::1 ch.example.com\n127.0.0.2 ch.example.com\n127.0.0.1 ch.example.com")
            #expect(some.exitCode == 0, "\(some.printed)")
            #expect(try WarehouseStandIn.requests("clickhouse", in: directory).count == 3)
            let none = try await test("::1 ch.example.com\n127.0.0.2 ch.example.com")
            expectError("ch.example.com:\(clickHouse.port): the connection was refused", in: [none])
        }
    }

    @Test func needsNoConnectionThatStaysOpen() async throws {
        try await ClickHouseOffice.with { office, clickHouse, directory in
            try clickHouse.set(ClickHouseOffice.state.merging(["mode": "closing"]) { $1 })
            for _ in 1...10 {
                let words = ["--allow-private-host", "--ca-file", WarehouseStandIn.authorities(directory)]
                let outcome = try await office.try("test", ["--organisation", "4"] + words)
                #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
            }
        }
    }

    /// The first answer is lost: a connection that worked is asked once more within the same test, one that waits is not.
    @Test(arguments: [("connected", 0), ("pending_customer_setup", 1)])
    func givesAConnectionThatWorkedASecondChance(status: String, exit: Int32) async throws {
        try await ClickHouseOffice.with { office, clickHouse, directory in
            let words = ["--allow-private-host", "--ca-file", WarehouseStandIn.authorities(directory)]
            let test = { try await FaultReport("one answer is lost", of: 4, in: office, words) }
            try await office.workplace.sql("UPDATE connection SET status = '\(status)'")
            try clickHouse.set(ClickHouseOffice.state.merging(["mode": "close-once"]) { $1 })
            let report = try await test()
            #expect(report.exitCode == exit, "\(report.printed)")
            #expect(report.status == (exit == 0 ? "connected" : "error"))
            let requests = try WarehouseStandIn.requests("clickhouse", in: directory)
            #expect(requests.count == (exit == 0 ? 4 : 1))
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
