import TestSupport
import Testing

/// nginx and Flagsmith's web server may see the end of an answer at different places: it sends a body after `HEAD`, and
/// what is left over must never become the answer to somebody else.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithDesyncTests {
    @Test(arguments: [[], ["CACHE"]], ["/forged", "/nothing"])
    func givesNobodyTheBodyOfAnAnswerToHead(_ marks: [String], _ target: String) async throws {
        let edit = { (text: String) in marks.reduce(text) { $0.uncommenting($1) } }
        try await Site.besideFlagsmith(edit: edit) { site, _ in
            for attempt in 1...3 {
                try await site.expect(200, target, ["--head"])
                let outsiders = try await site.ask(Workplace.list(1) + "?\(attempt)")
                #expect(outsiders.status == 401, "\(outsiders.body)")
                try await site.expect(200, target, ["--head"])
                let own = try await site.ask("/api/v1/projects/?\(attempt)", Site.token("outsider"))
                #expect(own.body == #"{"flagsmith":"GET /api/v1/projects/?\#(attempt) HTTP/1.1"}"#)
                try await site.expect(200, target, ["--head"])
                try await site.expect(200, Workplace.list(1) + "?\(attempt)", Site.token("admin-1"))
            }
        }
    }

    /// The same of the answers that have no body whatever the method.
    @Test(arguments: [[], ["CACHE"]], ["204 No Content", "304 Not Modified"])
    func givesNobodyTheBodyOfAnAnswerThatHasNone(_ marks: [String], _ status: String) async throws {
        let edit = { (text: String) in marks.reduce(text) { $0.uncommenting($1) } }
        try await Site.besideFlagsmith(edit: edit) { site, flagsmith in
            for _ in 1...3 {
                flagsmith.change { $0.failure = FlagsmithStandIn.Answer(status, FlagsmithStandIn.forgery) }
                _ = try await site.ask(Workplace.list(2), Site.token("admin-2"))
                flagsmith.change { $0.failure = nil }
                try await site.expect(401, Workplace.list(1))
                try await site.expect(403, Workplace.list(1), Site.token("outsider"))
            }
        }
    }

    /// Between nginx and the responder the records of FastCGI say where an answer ends, after `HEAD` as well.
    @Test
    func keepsAnswersOfTheResponderApart() async throws {
        try await Site.with(edit: Site.withoutLimits) { site in
            let own = try Fixture.text("organisation-1.list.json")
            for _ in 1...20 {
                try await site.expect(200, Workplace.list(2), ["--head"], key: 2)
                #expect(try await site.ask(Workplace.list(1), key: 1).body == own)
                try await site.expect(304, Workplace.list(2), ["--header", "If-None-Match: *"], key: 2)
                #expect(try await site.ask(Workplace.list(1)).body == HTTPAnswer.unauthenticated)
            }
        }
    }
}
