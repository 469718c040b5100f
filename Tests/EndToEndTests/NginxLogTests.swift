import Foundation
import TestSupport
import Testing

/// What nginx keeps of a request.
@Suite(.timeLimit(.minutes(2)))
struct NginxLogTests {
    private static func percentEncoded(_ text: some StringProtocol, format: String = "%%%02X") -> String {
        text.utf8.map { String(format: format, $0) }.joined()
    }

    @Test
    func keepsNoKeyWhereverAClientPutsIt() async throws {
        try await Site.with { site in
            let key = try #require(site.workplace.keys[1])
            let paths = [
                "/\(key)", "/\(key)/", "/x/\(key).json", "/\(key)?a", "/?\(key)", Workplace.list(1) + key,
                "//\(key)//\(key)",
                "/\(String(repeating: "a", count: 280))\(key)", "/\(String(repeating: "a", count: 294))\(key)",
                "/\(Self.percentEncoded(key))", "/\(Self.percentEncoded(key, format: "%%%02x"))",
                "/\(Self.percentEncoded(key, format: "%%25%02X"))", "/\(Self.percentEncoded("w"))\(key.dropFirst())",
                "/whc\(Self.percentEncoded("_"))\(key.dropFirst(4))", "/\(key.uppercased())", "/\(key.dropLast(7))",
                "/a%20\(key)",
            ]
            let fields = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            let requests =
                paths.map { "GET \($0)\(fields)\r\n" } + ["POST", "FOO"].map { "\($0) /\(key)\(fields)\r\n" }
                + [
                    "\(key)\r\n\r\n", "\(key) / HTTP/1.1\r\n\r\n", "GET \(key)\(fields)\r\n", "GET /\(key)\r\n",
                    "A-\(key)\r\n\r\n",
                    "GET http://localhost/\(key)\(fields)\r\n", "GET /%zz\(key)\(fields)\r\n", "\(key)?\(key)\r\n\r\n",
                    "GET /a\(fields)User-Agent: \(key)\r\n\r\n", "GET /a\(fields)User-Agent: curl (\(key)) 1\r\n\r\n",
                    "GET /a\(fields)User-Agent: \(Self.percentEncoded(key))\r\n\r\n",
                    "GET /\(String(repeating: "a", count: 9_000))\(key)\(fields)\r\n",
                ]
            for request in requests { _ = try await site.send(raw: request) }
            let secret = String(key.dropFirst(17).prefix(43))
            let lines = try await site.accessLog(requests.count + 1)
            let spellings =
                [secret, secret.uppercased()]
                + ["%%%02X", "%%%02x", "%%25%02X"].map {
                    Self.percentEncoded(secret, format: $0)
                }
            for line in lines {
                for text in ["request", "user_agent"].compactMap({ line[$0] as? String }) {
                    for spelling in spellings {
                        // The start of a secret is none of anybody's business either.
                        #expect(!text.contains(spelling.prefix(6)), "\(text)")
                    }
                }
            }
            let logged = lines.compactMap { $0["request"] as? String }
            #expect(logged.contains("GET /***"))
            #expect(logged.contains("GET \(Workplace.list(1))***"))
            #expect(lines.contains { $0["user_agent"] as? String == "curl (***" })
        }
    }

    /// Those that Flagsmith takes.
    @Test(arguments: [
        "0123456789abcdef0123456789abcdef01234567", "prefix11.0123456789abcdefghijABCDEFGHIJ01",
        "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxfQ.signature",
    ])
    func keepsNoCredentialOfFlagsmiths(_ credential: String) async throws {
        try await Site.besideFlagsmith { site, _ in
            let prefixes = ["", "invite/", "a?", "Token%20", "Bearer%2520", "%22", "a%3A%2F", "x", "1", "w_", "-"]
            for prefix in prefixes {
                _ = try await site.ask("/\(prefix)\(credential)", ["--user-agent", "curl \(credential)"])
            }
            let lines = try await site.accessLog(prefixes.count + 1).dropFirst()
            let logged = lines.compactMap { $0["request"] as? String }
            #expect(Array(logged.prefix(3)) == ["GET /***", "GET /invite/***", "GET /a"])
            for line in logged { #expect(!line.contains(credential.prefix(12)), "\(line)") }
            #expect(lines.allSatisfy { $0["user_agent"] as? String == "curl ***" })
        }
    }

    /// The error log is silent about it.
    @Test
    func saysWhatFlagsmithAnswered() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
            try await site.expect(401, Workplace.list(1))
            flagsmith.change { $0.failure = .page("302 Found") }
            try await site.expect(503, Workplace.list(1), Site.token("admin-1"))
            flagsmith.change { $0.failure = FlagsmithFailureTests.internalError }
            flagsmith.change { $0.health = .page("503 Service Unavailable") }
            try await site.expect(503, Workplace.list(1), Site.token("admin-1"))
            let statuses = try await site.accessLog(5).dropFirst().map { $0["flagsmith_status"] as? String }
            #expect(statuses == ["200", "401", "302", "500 : 503"])
        }
    }

    /// A line of the error log repeats the whole request line: with the ordinary faults nothing is written there.
    @Test
    func keepsNothingInTheErrorLogOfOrdinaryFaults() async throws {
        let workplace = try await Workplace()
        let key = try #require(workplace.keys[1])
        // A socket that nobody listens at, as a responder that died leaves it.
        let script = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        _ = try await Program.run("python3", ["-c", script, workplace.socket])
        try await Site.withNginx(workplace) { site in
            for target in [Workplace.list(1), "/\(key)", "/%zz\(key)", "/health/liveness/"] {
                for options in [[], ["--data", String(repeating: "a", count: 10_000)]] {
                    _ = try await site.curl("\(target)?\(key)", options)
                }
            }
            try await site.expect(503, Workplace.list(1) + "?\(key)")
            let errors = try String(contentsOfFile: workplace.directory("nginx/error.log"), encoding: .utf8)
            #expect(errors == "")
        }
    }

    /// Requests that nginx cannot answer, and HTTP/0.9, which has no status.
    @Test
    func keepsEachLineJSONWhateverBreaks() async throws {
        try await Site.with { site in
            var generator = SeededGenerator(seed: 1)
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            let long = String((0..<12_000).map { _ in letters[Int.random(in: 0..<26, using: &generator)] })
            let broken = [["--header", "Cookie: a=\(long)"], ["--header", "X: \(long)"], ["--user-agent", long]]
            for options in broken {
                #expect(try await site.curl("/", ["--http2"] + options, key: nil).exitCode != 0)
            }
            #expect(try await site.curl("/?\(long)", ["--http2"], key: nil).exitCode != 0)
            _ = try await site.send(raw: "GET /health/liveness/\r\n")
            _ = try await site.send(raw: "GET /\r\n")
            _ = try await site.send(raw: "\r\n\r\n")
            let lines = try await site.accessLog(broken.count + 4)
            #expect(lines.allSatisfy { $0["status"] is Int })
            #expect(lines.count { $0["status"] as? Int == 0 } == broken.count + 1)
        }
    }
}
