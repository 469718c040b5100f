import Foundation
import TestSupport
import Testing

/// No HTML ever leaves the service: what nginx refuses is JSON, also where it fails once more while it refuses.
@Suite(.timeLimit(.minutes(2)))
struct NginxErrorTests {
    /// Requests whose body nginx finds broken only when it reads the body: while it answers already, if it refuses them.
    private static func broken(_ target: String, _ fields: String = "") -> [String] {
        ["GET", "POST", "HEAD", "TRACE", "CONNECT", "FOO"].flatMap { method in
            ["-1\r\n", "1\r\na\r\n-1\r\n", "fffffffffffffffff\r\n", "\r\n"].map { body in
                "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n\(body)"
            }
        }
    }

    private static func expectJSON(
        _ text: String,
        to request: String,
        _ statuses: Set<Int>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try HTTPAnswer(text)
        #expect(statuses.contains(answer.status), "\(request): \(text)", sourceLocation: sourceLocation)
        #expect(answer["Content-Type"] == ["application/json"], "\(request)", sourceLocation: sourceLocation)
        guard !request.hasPrefix("HEAD") else { return }
        #expect(answer.body.hasPrefix(#"{"detail":""#), "\(request): \(text)", sourceLocation: sourceLocation)
        if answer.status == 400 { #expect(answer.body == HTTPAnswer.refusal("Bad request.")) }
    }

    private static let targets = [
        "/", "/x", Workplace.list(1), String(Workplace.list(1).dropLast()), "/health/readiness/", "/_refusal",
        "/_question",
        "/%zz", Workplace.list(1).replacing("/1/", with: "/01/"),
    ]

    @Test(arguments: targets)
    func refusesABrokenBodyInJSON(_ target: String) async throws {
        try await Site.with { site in
            let requests = Self.broken(target)
            for (request, answer) in zip(requests, try await site.answers(to: requests)) {
                // What the responder answers, to which no body is handed on, is a redirect at times, or no refusal.
                let isTheResponders = target.hasSuffix("connections") || target.hasPrefix("/health/")
                #expect(!answer.lowercased().contains("html"), "\(request): \(answer)")
                if isTheResponders, !answer.hasPrefix("HTTP/1.1 4") { continue }
                try Self.expectJSON(answer, to: request, [400, 401, 404, 405])
            }
        }
    }

    /// Beside Flagsmith, which is passed nothing of such a request.
    @Test(arguments: targets)
    func refusesABrokenBodyInJSONBesideFlagsmith(_ target: String) async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            let requests = Self.broken(target, "Authorization: Token admin-1\r\n")
            for (request, answer) in zip(requests, try await site.answers(to: requests)) {
                #expect(!answer.lowercased().contains("html"), "\(request): \(answer)")
                if target.hasSuffix("connections"), !answer.hasPrefix("HTTP/1.1 4") { continue }
                if target == Workplace.list(1), answer.hasPrefix("HTTP/1.1 200") { continue }
                try Self.expectJSON(answer, to: request, [400, 401, 404, 405])
            }
            #expect(flagsmith.requests.allSatisfy { $0.target.hasSuffix("/integrations/grafana/") })
        }
    }

    /// At the port where instances are shown.
    @Test
    func refusesABrokenBodyInJSONAtTheStatusPort() async throws {
        try await Site.with { site in
            for target in ["/", "/1/metrics", "/2/metrics", "/_refusal", "/%zz"] {
                let requests = Self.broken(target)
                for (request, answer) in zip(requests, try await site.answers(to: requests, atStatusPort: true)) {
                    #expect(!answer.lowercased().contains("html"), "\(request): \(answer)")
                    if target == "/1/metrics", answer.hasPrefix("HTTP/1.1 200") { continue }
                    try Self.expectJSON(answer, to: request, [400, 404, 405, 503])
                }
            }
            for method in ["TRACE", "CONNECT", "POST"] {
                let long = String(repeating: "a", count: 10_000)
                let fields = "Host: localhost\r\nContent-Length: \(long.count)\r\nConnection: close\r\n\r\n"
                let request = "\(method) /1/metrics HTTP/1.1\r\n\(fields)\(long)"
                let answers = try await site.answers(to: [request], atStatusPort: true)
                try Self.expectJSON(answers[0], to: method, [405, 413])
            }
        }
    }

    /// What nginx refuses before it knows the target, with a body that is broken as well.
    @Test
    func refusesInJSONWhatIsBrokenTwice() async throws {
        let long = String(repeating: "a", count: 9_000)
        let end = "Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
        let requests: [(Int, String)] = [
            (431, "POST /x HTTP/1.1\r\nX: \(long)\r\n\(end)"),
            (414, "POST /\(long) HTTP/1.1\r\n\(end)"),
            (505, "POST /x HTTP/3.0\r\n\(end)"),
            (501, "POST /x HTTP/1.1\r\n" + end.replacing("chunked", with: "gzip")),
            (400, "POST /x HTTP/1.0\r\n\(end)"),
            (400, "POST /x HTTP/1.1\r\nContent-Length: 5\r\n\(end)"),
            (400, "POST /x HTTP/1.1\r\nHost: another\r\n\(end)"),
            (400, "POST /x HTTP/1.1\r\n" + end.replacing("localhost", with: "a b")),
            (400, "POST /x HTTP/1.1\r\nExpect: 100-continue\r\n\(end)"),
            (400, "POST /x HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\(end)"),
        ]
        try await Site.with { site in
            for isStatusPort in [false, true] {
                let answers = try await site.answers(to: requests.map(\.1), atStatusPort: isStatusPort)
                for ((status, request), answer) in zip(requests, answers) {
                    try Self.expectJSON(answer, to: request, [status])
                }
            }
        }
    }

    /// While no responder answers, and to a client that asks too often.
    @Test
    func refusesABrokenBodyInJSONWhileItCannotServe() async throws {
        let slow = { (text: String) in
            text.replacing(#/rate=[0-9]+r/s/#, with: "rate=1r/m").replacing(#/burst=[0-9]+/#, with: "burst=1")
        }
        let workplace = try await Workplace()
        try await Site.withNginx(workplace, edit: slow) { site in
            for method in ["GET", "POST"] {
                for _ in 1...2 {
                    let fields = "Host: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
                    let request = "\(method) \(Workplace.list(1)) HTTP/1.1\r\n\(fields)\r\n"
                    try Self.expectJSON(try await site.send(raw: request + "-1\r\n"), to: method, [400])
                    try Self.expectJSON(try await site.send(raw: request + "0\r\n\r\n"), to: method, [429, 503])
                }
            }
            let log = try await site.accessLog(8)
            #expect(Set(log.compactMap { $0["status"] as? Int }).isSuperset(of: [400, 429, 503]))
        }
    }

    /// HTTP/2 has no chunks; a body that is too long, or comes with an error, is refused there as well.
    @Test
    func refusesInJSONOverHTTP2() async throws {
        try await Site.with { site in
            let body = site.workplace.directory("body")
            try String(repeating: "a", count: 20_000).write(toFile: body, atomically: false, encoding: .utf8)
            let requests: [(Int, String, [String])] = [
                (404, "/x", []), (404, "/_refusal", ["--request", "PUT"]), (413, "/x", ["--data", "@\(body)"]),
                (413, Workplace.list(1), ["--data", "@\(body)"]), (401, Workplace.list(1), ["--data", "a"]),
                (405, "/x", ["--request", "TRACE"]), (405, "/x", ["--request", "TRACE", "--data", "@\(body)"]),
                (405, Workplace.list(1), ["--request", "TRACE", "--data", "@\(body)"]), (400, "/%zz", []),
                (400, "/%zz", ["--data", "@\(body)"]), (400, "/", ["--header", "Host: a b"]),
            ]
            for (status, target, options) in requests {
                let format = ["--http2", "--write-out", " %{http_code} %{http_version} %{content_type}"]
                let answer = try await site.curl(target, format + options, key: nil)
                #expect(answer.output.hasPrefix(#"{"detail":""#), "\(target) \(options): \(answer.output)")
                #expect(
                    answer.output.hasSuffix("} \(status) 2 application/json"),
                    "\(target) \(options): \(answer.output)"
                )
            }
        }
    }

    /// What repeats the client's text fits into nginx's buffers, however long that is.
    @Test(arguments: ["--http1.1", "--http2"])
    func redirectsWithALongQuery(_ version: String) async throws {
        let query = String(repeating: "a", count: version == "--http2" ? 12_900 : 8_000)
        try await Site.with(["--allow-origin", "https://a.example"]) { site in
            for target in [Workplace.list(1), Workplace.list(1) + "wc_abc123/"] {
                let format = [version, "--write-out", "%{http_code} %header{location}"]
                let options =
                    format + [
                        "--header", "Origin: https://a.example", "--header",
                        "If-None-Match: \"\(query.prefix(7_900))\"",
                    ]
                let answer = try await site.curl("\(target.dropLast())?\(query)", options, key: nil)
                #expect(answer.output == "301 \(target)?\(query)")
                let method = ["--request", String(repeating: "A", count: 7_000)]
                let refused = try await site.curl("\(target)", options + method)
                #expect(refused.output.hasSuffix(#"AAA\" not allowed."}405 "#), "\(refused.output.suffix(100))")
            }
            let errors = try String(contentsOfFile: site.workplace.directory("nginx/error.log"), encoding: .utf8)
            #expect(errors == "")
        }
    }
}
