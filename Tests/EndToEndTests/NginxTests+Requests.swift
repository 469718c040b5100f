import Foundation
import TestSupport
import Testing

extension NginxTests {
    private static let origin = "Origin: https://a.example"

    @Test
    func throttlesAKeyWithoutTouchingAnother() async throws {
        let slow = { (text: String) in
            text.replacing("rate=50r/s", with: "rate=1r/m").replacing("burst=100 ", with: "burst=2 ")
        }
        try await Site.with(edit: slow) { site in
            for _ in 1...3 { try await site.expect(200, Workplace.list(1), key: 1) }
            let throttled = try await site.ask(Workplace.list(1), ["--header", Self.origin], key: 1)
            #expect(throttled.status == 429)
            #expect(throttled.body == HTTPAnswer.refusal("Request was throttled."))
            #expect(throttled["Retry-After"] == ["1"])
            #expect(throttled["Content-Type"] == ["application/json"])
            #expect(throttled["Vary"] == ["Authorization, Origin"])
            #expect(throttled["Access-Control-Allow-Origin"] == ["*"])
            #expect(throttled["Access-Control-Expose-Headers"].count == 1)
            let other = ["--header", "Authorization: aPi-kEY \(site.workplace.keys[1] ?? "")"]
            #expect(try await site.ask(Workplace.list(1) + "?token=a-secret", other).status == 429)
            let errors = try String(contentsOfFile: site.workplace.directory("nginx/error.log"), encoding: .utf8)
            #expect(!errors.contains("a-secret"))
            // What is no credential has no share to use up, and no place in the memory of the shares.
            for length in 1...5 {
                let long = ["--header", "Authorization: Api-Key \(String(repeating: "x", count: 1000 * length))"]
                #expect(try await site.ask(Workplace.list(2), long).status == 401)
            }
            try await site.expect(200, Workplace.list(2), key: 2)
            // A stranger who knows the id of a key, which is no secret, has a share of their own.
            let start = try #require(site.workplace.keys[2]).prefix(17)
            let stranger = ["--header", "Authorization: Api-Key \(start)\(String(repeating: "A", count: 43))_000000"]
            for _ in 1...5 { _ = try await site.ask(Workplace.list(2), stranger) }
            try await site.expect(200, Workplace.list(2), key: 2)
            for _ in 1...5 { try await site.expect(401, Workplace.list(1)) }
        }
    }

    @Test
    func throttlesAnAddressWhateverItSends() async throws {
        let slow = { (text: String) in
            text.replacing("rate=100r/s", with: "rate=1r/m").replacing("burst=200 ", with: "burst=2 ")
        }
        try await Site.with(edit: slow) { site in
            for organisation in 1...3 {
                try await site.expect(200, Workplace.list(organisation), ["--ipv4"], key: organisation)
            }
            try await site.expect(429, Workplace.list(1), ["--ipv4", "--header", "Authorization: Api-Key another"])
            try await site.expect(429, Workplace.list(1) + "wc_0/", ["--ipv4"])
            try await site.expect(200, "/health/liveness/", ["--ipv4"])
        }
    }

    @Test
    func refusesInJSONWhatNoClientWouldSend() async throws {
        let list = Workplace.list(1)
        let rest = " HTTP/1.1\r\nHost: localhost\r\n\(Self.origin)\r\nConnection: close\r\n\r\n"
        try await Site.with { site in
            let key = "Authorization: Api-Key \(site.workplace.keys[1] ?? "")\r\n"
            let requests: [(String, Int, String)] = [
                ("FOO /metrics" + rest, 404, "Not found."),
                ("FOO \(list)" + rest, 401, "Authentication credentials were not provided."),
                ("FOO \(list)" + rest.replacing("Host", with: "\(key)Host"), 405, "Method \"FOO\" not allowed."),
                ("F-O_O \(list)" + rest.replacing("Host", with: "\(key)Host"), 405, "Method \"F-O_O\" not allowed."),
                ("CONNECT /" + rest, 405, "Method \"CONNECT\" not allowed."),
                ("CONNECT localhost:443" + rest, 400, "Bad request."),
                ("TRACE /" + rest, 405, "Method \"TRACE\" not allowed."),
                ("get \(list)" + rest, 400, "Bad request."),
                ("F\"O /" + rest, 400, "Bad request."),
                ("GET * HTTP/1.1\r\n\r\n", 400, "Bad request."),
                ("GET / HTTP/1.1\r\n\r\n", 400, "Bad request."),
                ("GET / HTTP/3.0\r\n\r\n", 505, "HTTP version is not supported."),
                ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "Bad request."),
                ("\u{16}\u{3}\u{1}\r\n\r\n", 400, "Bad request."),
            ]
            for (request, status, detail) in requests {
                let answer = try HTTPAnswer(try await site.send(raw: request))
                #expect(answer.status == status, "\(request)")
                #expect(answer.body == HTTPAnswer.refusal(detail))
                #expect(answer["Content-Type"] == ["application/json"])
                #expect(answer["Access-Control-Allow-Origin"] == ["*"])
            }
            let plain = try await Program.run("curl", ["--silent", "--include", "http://localhost:\(site.port)/"])
            let answer = try HTTPAnswer(plain.output)
            #expect(answer.status == 400)
            #expect(answer.body == HTTPAnswer.refusal("Bad request."))
        }
    }

    /// HTTP/0.9 has neither status nor headers, in requests and in answers.
    @Test
    func answersHTTP09InJSON() async throws {
        try await Site.with { site in
            let refused = try await site.send(raw: "GET \(Workplace.list(1))\r\n")
            #expect(refused == HTTPAnswer.unauthenticated)
            let notFound = try await site.send(raw: "GET /\r\n")
            #expect(notFound == HTTPAnswer.notFound)
        }
    }

    @Test
    func logsTheIDOfAKeyAndNeverTheKey() async throws {
        try await Site.with { site in
            let key = try #require(site.workplace.keys[1])
            let id = key.keyID
            let secret = key.dropFirst(17)
            for credentials in [
                "Api-Key \(key)", "aPI-kEY \(key)", "Token \(key)", "Api-Key \(key)x", "Api-Key x\(key)",
            ] {
                _ = try await site.ask(Workplace.list(1), ["--header", "Authorization: \(credentials)"])
            }
            let lines = try await eventually {
                let log = try String(contentsOfFile: site.workplace.directory("nginx/access.log"), encoding: .utf8)
                #expect(!log.contains(secret))
                let lines = log.split(separator: "\n").filter { $0.contains("warehouse-connections") }
                return lines.count == 5 ? lines : nil
            }
            let ids = try lines.map { line in
                (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["key_id"] as? String
            }
            #expect(ids == [String(id), String(id), "", "", ""])
        }
    }
}
