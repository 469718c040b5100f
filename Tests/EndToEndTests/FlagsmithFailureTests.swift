import TestSupport
import Testing

/// What a caller is told when Flagsmith does not say who may pass.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithFailureTests {
    struct Failure {
        let question: FlagsmithStandIn.Answer
        var health = FlagsmithStandIn.State().health
        let status: Int
        var retryAfter: [String] = []
    }

    static let internalError = FlagsmithStandIn.Answer.page("500 Internal Server Error")

    /// Whoever asks about an organisation that does not exist is told 500, and so is everybody while the database is down.
    static let failures: [Failure] =
        [
            Failure(question: internalError, status: 403),
            Failure(question: .page("404 Not Found"), status: 403),
            Failure(question: .page("429 Too Many Requests", ["Retry-After: 8"]), status: 429, retryAfter: ["8"]),
            Failure(question: .page("429 Too Many Requests"), status: 429, retryAfter: ["1"]),
        ]
        + ["502 Bad Gateway", "503 Service Unavailable", "302 Found", "304 Not Modified", "400 Bad Request"].map {
            Failure(question: .page($0), status: 503, retryAfter: ["1"])
        }
        + [
            "500 Internal Server Error", "404 Not Found", "302 Found", "429 Too Many Requests", "503 Unavailable",
            "401 Unauthorized", "403 Forbidden",
        ].map {
            Failure(question: internalError, health: .page($0), status: 503, retryAfter: ["1"])
        }

    @Test(arguments: failures)
    func letsNobodyPass(_ failure: Failure) async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            flagsmith.change {
                $0.failure = failure.question
                $0.health = failure.health
            }
            let bodies = [403: HTTPAnswer.forbidden, 429: HTTPAnswer.throttled, 503: HTTPAnswer.unavailable]
            for credentials in [Site.token("admin-1"), Site.key("admin-1"), Site.cookie("admin-1"), []] {
                for target in [Workplace.list(1), Workplace.list(1) + "wc_abc123/", Workplace.list(4)] {
                    let answer = try await site.ask(target, credentials)
                    #expect(answer.status == failure.status, "\(target) \(credentials)")
                    #expect(answer.body == bodies[failure.status])
                    #expect(answer["Retry-After"] == failure.retryAfter)
                    #expect(answer["Content-Type"] == ["application/json"])
                }
                let post = ["--data", "a", "--header", "Transfer-Encoding: chunked"]
                try await site.expect(failure.status, Workplace.list(1), credentials + post)
            }
        }
    }

    /// nginx would go where such a field leads, and take what answers there for the permission.
    @Test(arguments: ["/dashboard", "/_refusal", "/_question/are-you-well", "/_refused", "/api/v1/projects/"])
    func followsNoFieldOfAnAnswer(_ target: String) async throws {
        let statuses = [
            ("401 Unauthorized", 401), ("403 Forbidden", 403), ("302 Found", 503), ("503 Unavailable", 503),
            ("429 Too Many Requests", 429), ("404 Not Found", 403), ("500 Internal Server Error", 403),
        ]
        for isCached in [false, true] {
            try await Site.besideFlagsmith(edit: isCached ? { $0.uncommenting("CACHE") } : { $0 }) { site, flagsmith in
                for (number, (status, expected)) in statuses.enumerated() {
                    flagsmith.change { $0.failure = .page(status, ["X-Accel-Redirect: \(target)"]) }
                    // Each its own, because 401 and 403 are remembered.
                    let credentials = ["--header", "Authorization: Token admin-1-\(number)"]
                    try await site.expect(expected, Workplace.list(1), credentials)
                }
                let field = ["X-Accel-Redirect: \(target)"]
                flagsmith.change { $0.failure = FlagsmithStandIn.Answer("200 OK", "[]", field) }
                try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
            }
        }
    }

    /// That Flagsmith is well is asked about a 500 alone, and lets nobody see anything.
    @Test
    func asksForItsHealthWithoutLettingAnybodyIn() async throws {
        try await Site.besideFlagsmith { site, flagsmith in
            try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
            try await site.expect(403, Workplace.list(2), Site.token("admin-1"))
            try await site.expect(401, Workplace.list(1))
            #expect(flagsmith.requests.count == 3)
            flagsmith.change { $0.failure = Self.internalError }
            for health in ["200 OK", "201 Created", "204 No Content", "299 Anything"] {
                flagsmith.change { $0.health = FlagsmithStandIn.Answer(health, "[]") }
                let answer = try await site.expect(403, Workplace.list(1), Site.token("admin-1"))
                #expect(answer.body == HTTPAnswer.forbidden)
                #expect(flagsmith.requests.last?.line == "GET /health/readiness/ HTTP/1.1")
            }
            flagsmith.change { $0.failure = nil }
            try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
        }
    }
}
