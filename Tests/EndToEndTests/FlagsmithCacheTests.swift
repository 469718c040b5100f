import TestSupport
import Testing

/// The optional cache of Flagsmith's answers, uncommented as an operator would.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithCacheTests {
    private func withCache(_ body: (Site, FlagsmithStandIn) async throws -> Void) async throws {
        try await Site.besideFlagsmith(edit: { $0.uncommenting("CACHE") }, body)
    }

    @Test
    func remembersAnAnswerForSeconds() async throws {
        try await withCache { site, flagsmith in
            for (credentials, status) in [(Site.key("admin-1"), 200), (Site.key("member-1"), 403), ([], 401)] {
                let (before, start) = (flagsmith.questions.count, ContinuousClock.now)
                for _ in 1...10 {
                    let answer = try await site.ask(Workplace.list(1), credentials)
                    #expect(answer.status == status)
                    #expect(answer["WWW-Authenticate"] == (status == 401 ? [FlagsmithStandIn.challenge] : []))
                }
                // A period may have ended meanwhile.
                let ended = Int((ContinuousClock.now - start) / .seconds(5)) + 1
                #expect((1...1 + ended).contains(flagsmith.questions.count - before))
            }
        }
    }

    @Test
    func keepsApartWhatHasAnotherAnswer() async throws {
        try await withCache { site, flagsmith in
            let requests: [(Int, [String], Int)] = [
                (1, Site.token("admin-1"), 200),
                (1, Site.key("admin-1"), 200),
                (1, Site.cookie("admin-1"), 200),
                (1, Site.token("admin-1") + Site.cookie("admin-1"), 200),
                (1, Site.token("admin-1") + Site.cookie("outsider"), 200),
                (2, Site.token("admin-1"), 403),
                (2, Site.cookie("admin-1"), 403),
                (1, Site.cookie("outsider"), 403),
                (1, Site.token("unknown"), 401),
                (1, [], 401),
            ]
            for (number, (organisation, credentials, status)) in requests.enumerated() {
                try await site.expect(status, Workplace.list(organisation), credentials)
                #expect(flagsmith.questions.count == number + 1)
            }
        }
    }

    @Test
    func letsNobodyInSixSecondsAfterADemotion() async throws {
        try await withCache { site, flagsmith in
            try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
            flagsmith.change { $0.administrators["admin-1"] = nil }
            let start = ContinuousClock.now
            // Asking all the time is what kept an old answer alive in caches without a period.
            var asked = start
            while try await site.ask(Workplace.list(1), Site.token("admin-1")).status == 200 {
                try #require(asked - start < .seconds(6))
                asked = .now
            }
            try await site.expect(401, Workplace.list(1), Site.token("admin-1"))
        }
    }

    /// Each of them also as the first answer of a period, whether nginx has one to the same question or not.
    @Test(arguments: FlagsmithFailureTests.failures)
    func remembersNoFailure(_ failure: FlagsmithFailureTests.Failure) async throws {
        try await withCache { site, flagsmith in
            flagsmith.change {
                $0.failure = failure.question
                $0.health = failure.health
            }
            for _ in 1...2 { try await site.expect(failure.status, Workplace.list(1), Site.token("admin-1")) }
            flagsmith.change { $0.failure = nil }
            try await site.expect(200, Workplace.list(1), Site.token("admin-1"))
        }
    }
}
