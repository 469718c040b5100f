import Foundation
import TestSupport
import Testing

extension FlagsmithGatewayTests {
    /// With `--allow-origin`, and the same origin named in nginx.conf.
    @Test
    func letsOnlyTheDashboardReadAnswersWithItsCookies() async throws {
        let dashboard = "https://dashboard.example.com"
        let named = { (text: String) in text.uncommenting("ORIGINS") }
        try await Site.besideFlagsmith(["--allow-origin", dashboard], edit: named) { site, flagsmith in
            func fromPage(of origin: String, _ target: String, _ options: [String]) async throws -> HTTPAnswer {
                try await site.ask(target, ["--header", "Origin: \(origin)"] + options)
            }
            let requests: [(Int, String, [String])] = [
                (200, Workplace.list(1), Site.cookie("admin-1")),
                (304, Workplace.list(1), Site.cookie("admin-1") + ["--header", "If-None-Match: *"]),
                (401, Workplace.list(1), []),
                (403, Workplace.list(1), Site.cookie("outsider")),
                (404, Workplace.list(1) + "wc_0/", Site.cookie("admin-1")),
                (405, Workplace.list(1), ["--request", "TRACE"]),
                (400, "/%zz", []),
            ]
            for (status, target, options) in requests {
                let answer = try await fromPage(of: dashboard, target, options)
                #expect(answer.status == status)
                // nginx refuses a request line that makes no sense before it knows the origin.
                let isKnown = status != 400
                #expect(answer["Access-Control-Allow-Origin"] == (isKnown ? [dashboard] : []), "\(status)")
                #expect(answer["Access-Control-Allow-Credentials"] == (isKnown ? ["true"] : []), "\(status)")
                for origin in ["https://dashboard.example.com.evil.example", "null", "https://x\(dashboard)"] {
                    let other = try await fromPage(of: origin, target, options)
                    #expect(other.status == status)
                    #expect(other.fields.allSatisfy { !$0.name.hasPrefix("access-control-") }, "\(status) \(origin)")
                }
            }
            flagsmith.change { $0.failure = .page("503 Service Unavailable") }
            let down = try await fromPage(of: dashboard, Workplace.list(1), Site.cookie("admin-1"))
            #expect(down.status == 503)
            #expect(down["Access-Control-Allow-Origin"] == [dashboard])
            #expect(down["Access-Control-Allow-Credentials"] == ["true"])
        }
    }

    @Test
    func passesEverythingElseOnToFlagsmithAsItIs() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            let targets = [
                "/", "/health", "/health/liveness/", "/api/v1/flags/?a=%2F..&b", "/a//b/%2e%2e/%C3%A9", "/metrics",
                "/api/v1/organisations/1/integrations/warehouse-connections-of-others/",
                "/api/v1/organisations/1/integrations/grafana/warehouse-connections/",
                "/api/v1/organisations/1/warehouse-connections/", "/api/v1/environments/1/warehouse-connections/",
                "/other/api/v1/organisations/1/integrations/warehouse-connections/",
            ]
            for target in targets {
                let fields = ["--header", "X-Forwarded-For: 192.0.2.1", "--user-agent", "Me"]
                let answer = try await site.ask(target, fields)
                #expect(answer.status == 200)
                #expect(answer.body == #"{"flagsmith":"GET \#(target) HTTP/1.1"}"#)
                #expect(answer["Set-Cookie"] == ["flagsmith=1"])
                let request = try #require(flagsmith.requests.last)
                #expect(request["Host"] == "localhost:\(site.port)")
                #expect(request["X-Forwarded-For"] == "127.0.0.1" || request["X-Forwarded-For"] == "::1")
                #expect(request["User-Agent"] == "Me")
            }
            let body = String(repeating: "0123456789", count: 50_000)
            let input = site.workplace.directory("body")
            try body.write(toFile: input, atomically: false, encoding: .utf8)
            for version in ["--http1.1", "--http2"] {
                let options = [version, "--data", "@\(input)"] + Site.token("member-1")
                _ = try await site.curl("/api/v1/traits/", options, key: nil)
                let request = try #require(flagsmith.requests.last)
                #expect(request.line == "POST /api/v1/traits/ HTTP/1.1")
                #expect(request.body == body)
                #expect(request["Authorization"] == "Token member-1")
                #expect(request["Host"] == "localhost:\(site.port)")
            }
            #expect(flagsmith.questions.isEmpty)
            let missing = try await site.ask("/api/v1/no-such-path/")
            #expect(missing.status == 404)
            #expect(missing.body == "<h1>Not Found</h1>")
        }
    }

    /// What Flagsmith says of spellings that nginx never asks it about.
    @Test(arguments: [
        ("01", 200), ("+1", 200), ("%201", 200), ("%EF%BC%91", 200), ("one", 500), ("4", 500), ("2147483648", 500),
        ("2", 403),
    ])
    func standsInForFlagsmith(_ organisation: String, _ status: Int) async throws {
        try await Site.besideFlagsmith { site, _ in
            let target = "/api/v1/organisations/\(organisation)/integrations/grafana/"
            let answer = try await site.ask(target, Site.token("admin-1"))
            #expect(answer.status == status)
            #expect(answer["Content-Type"] == [status == 500 ? "text/html" : "application/json"])
            try await site.expect(401, target, ["--request", "OPTIONS"])
            let preflight = ["--request", "OPTIONS", "--header", "Access-Control-Request-Method: GET"]
            try await site.expect(200, target, preflight)
        }
    }
}
