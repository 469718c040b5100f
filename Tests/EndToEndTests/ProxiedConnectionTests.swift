import Foundation
import TestSupport
import Testing

/// Tests of connections through a proxy that knows CONNECT.
@Suite(.timeLimit(.minutes(5)))
struct ProxiedConnectionTests {
    private static let test = ["--organisation", "4", "--timeout", "3s"]

    private struct Scene {
        let office: Office
        let clickHouse: WarehouseStandIn
        let proxy: WarehouseStandIn
        let directory: TemporaryDirectory
        let hosts: Hosts

        /// What the proxy was asked for, and its answers.
        func tunnels() throws -> [[String: String]] { try WarehouseStandIn.requests("proxy", in: directory) }

        func test(_ words: [String], environment: [String: String] = [:]) async throws -> Outcome {
            let ca = ["--ca-file", WarehouseStandIn.authorities(directory)]
            let command = [Program.warehousectl] + office.words("test", ProxiedConnectionTests.test + ca + words)
            return try await hosts.run(command, environment: environment)
        }
    }

    /// A stand-in for ClickHouse that only the proxy leads to: its name is another machine's.
    private func withProxy(
        address: String = "93.184.216.34",
        isSecure: Bool = true,
        words: [String] = [],
        _ body: (Scene) async throws -> Void
    ) async throws {
        try await ClickHouseOffice.with(host: "ch.example.com", isSecure: isSecure) { office, clickHouse, directory in
            let hosts = try Hosts(directory)
            try hosts.set("\(address) ch.example.com")
            try await WarehouseStandIn.with(
                "proxy",
                in: directory,
                isSecure: false,
                words: ["--to", "\(clickHouse.port)"] + words
            ) { proxy in
                try await body(
                    Scene(office: office, clickHouse: clickHouse, proxy: proxy, directory: directory, hosts: hosts)
                )
            }
        }
    }

    /// The certificate is the name's, though the proxy gets the address that was checked.
    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() }, arguments: [true, false])
    func tunnelsToTheAddressThatItHasChecked(isSecure: Bool) async throws {
        try await withProxy(isSecure: isSecure) { scene in
            let outcome = try await scene.test(["--proxy", "http://127.0.0.1:\(scene.proxy.port)"])
            #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
            let target = "93.184.216.34:\(scene.clickHouse.port)"
            #expect(try scene.tunnels().map { $0["target"] } == [target, target, target])
            // Where every address is allowed nothing is to be checked: the proxy may know the name alone.
            let byName = try await scene.test(
                ["--proxy", "http://127.0.0.1:\(scene.proxy.port)", "--allow-private-host"]
            )
            #expect(byName.exitCode == 0, "\(byName.output)\(byName.error)")
            #expect(try scene.tunnels().last?["target"] == "ch.example.com:\(scene.clickHouse.port)")
        }
    }

    @Test(
        .enabled("needs the right to mounts") { try await Hosts.canBeSet() },
        arguments: ["127.0.0.1", "::1", "169.254.169.254", "::ffff:10.0.0.7"]
    )
    func asksNoProxyForAPrivateAddress(_ address: String) async throws {
        try await withProxy(address: address) { scene in
            let outcome = try await scene.test(["--proxy", "http://127.0.0.1:\(scene.proxy.port)"])
            #expect(outcome.exitCode == 1)
            #expect(outcome.output.contains("its address is \(address): "), "\(outcome.output)\(outcome.error)")
            #expect(try scene.tunnels().isEmpty)
        }
    }

    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func givesUserAndPassword() async throws {
        try await withProxy(words: ["--credentials", "me@work:se:cr%t"]) { scene in
            let url = "http://me%40work:se%3Acr%25t@127.0.0.1:\(scene.proxy.port)"
            let byOption = try await scene.test(["--proxy", url])
            #expect(byOption.exitCode == 0, "\(byOption.output)\(byOption.error)")
            let byVariable = try await scene.test([], environment: ["HTTPS_PROXY": url])
            #expect(byVariable.exitCode == 0, "\(byVariable.output)\(byVariable.error)")
            let wrong = try await scene.test(["--proxy", "http://me:hunter2@127.0.0.1:\(scene.proxy.port)"])
            #expect(wrong.exitCode == 69)
            #expect(wrong.error.contains("the proxy answered HTTP 407 for ch.example.com"), "\(wrong.error)")
            #expect(!"\(wrong.output)\(wrong.error)".contains("hunter2"))
            #expect(try scene.tunnels().last?["status"] == "407")
        }
    }

    @Test(.enabled("needs the right to mounts") { try await Hosts.canBeSet() })
    func takesTheProxyOfTheEnvironment() async throws {
        // The stand-in is at the name's address: it can be reached with the proxy and without.
        try await withProxy(address: "127.0.0.1") { scene in
            let dead = try LoopbackSocket()
            let (alive, unused) = ("127.0.0.1:\(scene.proxy.port)", "http://127.0.0.1:\(dead.port)")
            let cases: [(environment: [String: String], words: [String], isProxied: Bool)] = [
                (["HTTPS_PROXY": "http://\(alive)"], [], true),
                (["https_proxy": alive, "HTTPS_PROXY": unused], [], true),
                (["HTTPS_PROXY": ""], [], false),
                (["HTTP_PROXY": unused, "http_proxy": unused, "ALL_PROXY": unused, "all_proxy": unused], [], false),
                (["HTTPS_PROXY": unused, "NO_PROXY": "other,.example.com"], [], false),
                (["HTTPS_PROXY": unused, "no_proxy": "*"], [], false),
                (["HTTPS_PROXY": "http://\(alive)", "NO_PROXY": "example.org"], [], true),
                (["HTTPS_PROXY": unused, "NO_PROXY": "*"], ["--proxy", "http://\(alive)"], true),
            ]
            for (environment, words, isProxied) in cases {
                let before = try scene.tunnels().count
                let outcome = try await scene.test(["--allow-private-host"] + words, environment: environment)
                #expect(outcome.exitCode == 0, "\(environment): \(outcome.output)\(outcome.error)")
                #expect(try scene.tunnels().count - before == (isProxied ? 3 : 0), "\(environment)")
            }
            let wrong = try await scene.test([], environment: ["HTTPS_PROXY": "socks5://me:hunter2@127.0.0.1:1"])
            #expect(wrong.exitCode == 78)
            #expect(wrong.error.contains("HTTPS_PROXY: expected http://"), "\(wrong.error)")
            #expect(!wrong.error.contains("hunter2"))
        }
    }

    /// Whatever the proxy has against it: the operator is told its name, and nothing is stored of a connection that works.
    @Test(
        .enabled("needs the right to mounts") { try await Hosts.canBeSet() },
        arguments: [
            ("403", "answered HTTP 403"), ("407", "answered HTTP 407"), ("502", "answered HTTP 502"),
            ("503", "answered HTTP 503"), ("504", "answered HTTP 504"), ("0", "closed the connection"),
            ("-1", "did not answer within 3 s"),
        ]
    )
    func saysThatTheProxyRefused(status: String, text: String) async throws {
        try await withProxy(words: ["--refuse=\(status)"]) { scene in
            let url = "http://127.0.0.1:\(scene.proxy.port)"
            let place = "ch.example.com:\(scene.clickHouse.port)"
            try await expectNotTested("\(url): the proxy \(text) for \(place)", ["--proxy", url], scene)
        }
    }

    /// Nobody listens at its port, or it has no address; also where the address is IPv6, in brackets.
    @Test(
        .enabled("needs the right to mounts") { try await Hosts.canBeSet() },
        arguments: [("", "127.0.0.1"), ("", "[::1]"), ("me:hunter2@", "proxy.invalid")]
    )
    func saysThatTheProxyCannotBeReached(credentials: String, host: String) async throws {
        try await withProxy { scene in
            let socket = try LoopbackSocket()
            let words = ["--proxy", "http://\(credentials)\(host):\(socket.port)"]
            try await expectNotTested("http://\(host):\(socket.port): the proxy cannot be reached", words, scene)
        }
    }

    private func expectNotTested(_ text: String, _ words: [String], _ scene: Scene) async throws {
        let tested = "2026-04-17T10:00:00Z"
        try await scene.office.workplace.sql(
            "UPDATE connection SET status = 'connected', last_tested_at = '\(tested)' WHERE organisation = 4"
        )
        let ca = ["--timeout", "3s", "--ca-file", WarehouseStandIn.authorities(scene.directory)]
        let report = try await FaultReport(text, of: 4, in: scene.office, ca + words) {
            try await scene.hosts.run([Program.warehousectl] + $0)
        }
        #expect(report.exitCode == 69, "\(report.printed)")
        #expect(report.printed.contains("not tested: read: \(text)"), "\(report.printed)")
        #expect(report.status == "connected")
        #expect(report.lastTestedAt == tested)
        #expect(report.lastError == nil)
        #expect(!report.printed.contains("hunter2"))
    }
}
