import Foundation
import TestSupport
import Testing

/// Beside Flagsmith: nginx asks it who may pass, on the caller's behalf.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithGatewayTests {
    @Test
    func letsInWhomFlagsmithLetsSeeTheOrganisation() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            let answers: [(Int, [String], Int, String)] = try [
                (1, Site.token("admin-1"), 200, Fixture.text("organisation-1.list.json")),
                (1, Site.key("admin-1"), 200, Fixture.text("organisation-1.list.json")),
                (1, Site.cookie("admin-1"), 200, Fixture.text("organisation-1.list.json")),
                (2, Site.token("admin-2"), 200, Fixture.text("organisation-2.list.json")),
                (2, Site.token("admin-1"), 403, HTTPAnswer.forbidden),
                (1, Site.key("admin-2"), 403, HTTPAnswer.forbidden),
                (1, Site.token("member-1"), 403, HTTPAnswer.forbidden),
                (1, Site.cookie("outsider"), 403, HTTPAnswer.forbidden),
                (1, [], 401, HTTPAnswer.unauthenticated),
                (1, Site.token("unknown"), 401, HTTPAnswer.wrongCredentials),
                (1, Site.key("unknown"), 401, HTTPAnswer.wrongCredentials),
                (1, Site.cookie("unknown"), 401, HTTPAnswer.wrongCredentials),
                (4, Site.token("admin-1"), 403, HTTPAnswer.forbidden),
                (2_147_483_648, Site.token("admin-1"), 403, HTTPAnswer.forbidden),
                (4, [], 401, HTTPAnswer.unauthenticated),
            ]
            for (organisation, credentials, status, body) in answers {
                let answer = try await site.ask(Workplace.list(organisation), credentials)
                #expect(answer.status == status, "\(organisation) \(credentials)")
                #expect(answer.body == body)
                #expect(answer["Content-Type"] == ["application/json"])
                #expect(answer["Vary"] == ["Authorization, Cookie, Origin"])
                #expect(answer["WWW-Authenticate"] == (status == 401 ? [FlagsmithStandIn.challenge] : []))
                let question = try #require(flagsmith.questions.last)
                #expect(question.target == "/api/v1/organisations/\(organisation)/integrations/grafana/")
            }
            #expect(flagsmith.questions.count == answers.count)
        }
    }

    @Test
    func asksWithNothingOfTheRequestButItsCredentials() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            let bodies = [["--data", "name=value"], ["--data", "a", "--header", "Transfer-Encoding: chunked"]]
            for body in bodies {
                let strange = ["--header", "Accept: text/x-none", "--header", "X-Forwarded-For: 192.0.2.1"]
                let credentials = Site.token("admin-1") + Site.cookie("admin-1")
                try await site.expect(405, Workplace.list(1) + "?a=b", credentials + body + strange)
                let question = try #require(flagsmith.questions.last)
                #expect(question.line == "GET /api/v1/organisations/1/integrations/grafana/ HTTP/1.1")
                #expect(
                    Set(question.fields) == [
                        "Host: localhost", "Accept: application/json", "X-Forwarded-Proto: https", "Connection: close",
                        "Authorization: Token admin-1", "Cookie: theme=dark; jwt=admin-1",
                    ]
                )
                #expect(question.body.isEmpty)
            }
            let head = try await site.ask(Workplace.list(1), Site.token("admin-1") + ["--head"])
            #expect(head.status == 200)
            #expect(flagsmith.questions.last?.method == "GET")
        }
    }

    @Test
    func asksNothingForWhatIsAnsweredToAnybody() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            let preflight = ["--request", "OPTIONS", "--header", "Origin: https://a.example"]
            let answer = try await site.ask(
                Workplace.list(1),
                preflight + ["--header", "Access-Control-Request-Method: GET"]
            )
            #expect(answer.status == 204)
            #expect(answer["Access-Control-Allow-Methods"] == ["GET, HEAD, OPTIONS"])
            try await site.expect(204, Workplace.list(1), ["--request", "OPTIONS"])
            let withoutSlash = Workplace.list(1).dropLast()
            for query in ["", "?page=/"] {
                let redirect = try await site.ask(withoutSlash + query)
                #expect(redirect.status == 301)
                #expect(redirect["Location"] == [withoutSlash + "/" + query])
            }
            #expect(flagsmith.requests.isEmpty)
        }
    }

    @Test
    func letsNobodyReadAnotherOrganisationByThePath() async throws {
        let (one, two) = (Workplace.list(1), Workplace.list(2))
        let up = one + "../../../2/integrations/warehouse-connections/"
        let targets =
            [
                up, up.replacing("..", with: "%2e%2e"), up.replacing("../", with: "..%2f"),
                up.replacing("/..", with: "%2F.."), two + "../../../1/integrations/warehouse-connections/",
                one + "?/../../../../.." + two, one + "%2e%2e/", one + "./",
            ]
            + ["/1/../2/", "/%32/", "//2/", "/1%2f..%2f2/", "/2%00/"].map { two.replacing("/2/", with: $0) }
        let list = try Fixture.text("organisation-1.list.json")
        try await Site.besideFlagsmith { site, _ in
            for target in targets {
                for name in ["admin-1", "admin-2"] {
                    let answer = try await site.ask(target, Site.token(name))
                    if target.hasPrefix(one + "?"), name == "admin-1" {
                        #expect(answer.body == list)
                    } else if !answer.body.hasPrefix(#"{"flagsmith":"#) {
                        #expect([400, 403, 404].contains(answer.status), "\(name): \(target)")
                        #expect(!answer.body.contains("wc_"))
                    }
                }
            }
        }
    }

    @Test
    func takesTheOrganisationFromNoHeader() async throws {
        let list = try Fixture.text("organisation-1.list.json")
        try await Site.besideFlagsmith { site, _ in
            let names = [
                "AUTHORISED_ORGANISATION", "Authorised-Organisation", "HTTP_AUTHORISED_ORGANISATION",
                "Asked_Organisation", "Asked-Organisation", "Organisation", "X-Original-URI: /", "X-Accel-Redirect",
            ]
            let spoofed = names.flatMap { ["--header", "\($0): 2"] } + ["--cookie", "asked_organisation=2"]
            let query = "?organisation=2&asked_organisation=2&AUTHORISED_ORGANISATION=2"
            try await site.expect(403, Workplace.list(2) + query, Site.token("admin-1") + spoofed)
            try await site.expect(401, Workplace.list(2) + query, spoofed)
            let own = try await site.ask(Workplace.list(1) + query, Site.token("admin-1") + spoofed)
            #expect(own.body == list)
            // nginx takes no second Authorization; of two cookies one decides, about both organisations.
            try await site.expect(400, Workplace.list(1), Site.token("admin-1") + Site.token("admin-2"))
            let both = ["--header", "Cookie: jwt=admin-1", "--header", "Cookie: jwt=admin-2"]
            try await site.expect(200, Workplace.list(1), both)
            try await site.expect(403, Workplace.list(2), both)
        }
    }

    @Test
    func isUnavailableWhenFlagsmithIsSlowOrDown() async throws {
        let shorter = { (text: String) in text.replacing("proxy_read_timeout 5s", with: "proxy_read_timeout 300ms") }
        try await Site.besideFlagsmith(edit: shorter) { site, flagsmith in
            flagsmith.change { $0.delay = .seconds(20) }
            let start = ContinuousClock.now
            let answer = try await site.ask(Workplace.list(1), Site.token("admin-1"))
            #expect(answer.status == 503)
            #expect(answer.body == HTTPAnswer.unavailable)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
        // Bound, so that nobody else gets it, and not listening.
        let nobody = try LoopbackSocket()
        defer { withExtendedLifetime(nobody) {} }
        try await Site.with(["--authorisation", "gateway"], flagsmith: nobody.port) { site in
            for target in [Workplace.list(1), "/api/v1/projects/"] {
                let start = ContinuousClock.now
                let answer = try await site.ask(target, Site.token("admin-1"))
                #expect(answer.status == 503)
                #expect(answer.body == HTTPAnswer.unavailable)
                #expect(answer["Retry-After"] == ["1"])
                #expect(ContinuousClock.now - start < .seconds(2))
            }
        }
    }
}
