import TestSupport
import Testing

/// Which paths are this service's and which are Flagsmith's, when both are on one host name.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithPathTests {
    /// Spellings of the list's path, which Flagsmith would answer by its dashboard, or read as another organisation.
    private static let misspelt =
        [
            "01", "+1", "%201", "1%20", "%0A1", "1%0A", "%EF%BC%91", "-1", "0", "one", "", "1/", "/1", "1/x", "1%2F",
            "%2F1",
            "1.0", "1/x/..", "%FF", "1%3F", "1%5C",
        ].map { "/api/v1/organisations/\($0)/integrations/warehouse-connections/" }
        + [
            "/api/v1/organisations/integrations/warehouse-connections/",
            "//api/v1/organisations/1/integrations/warehouse-connections/",
            "/api//v1/organisations/1/integrations/warehouse-connections/",
            "/api/v1//organisations/1/integrations//warehouse-connections//",
            "/API/V1/ORGANISATIONS/1/INTEGRATIONS/WAREHOUSE-CONNECTIONS/",
            "/api/v1/organisations/1/Integrations/warehouse-connections",
            "/%61pi/v1/organisations/1/integrations/Warehouse%2DConnections/",
            "/api%2Fv1%2Forganisations%2F1%2Fintegrations%2FWarehouse-connections%2F",
            "/api/v1/organisations/1/integrations/warehouse-connections%2F",
            "/api/v1/organisations/01/integrations/warehouse-connections/wc_abc123/",
            "/api/v1/organisations/01/integrations/warehouse-connections?a=/",
            "/api/v1/organisations/1/integrations/warehouse-connections.json",
            "/api/v1/organisations/1/integrations/warehouse-connections;a/",
            "/api/v1/organisations/1/integrations/warehouse-connections%20/",
            "/api/v1/organisations/1/integrations/warehouse-connections%0A",
            "/x/../api/v1/organisations/01/integrations/./warehouse-connections/",
            "/api/v1/organisations/1/integrations/%20warehouse-connections/",
            "/api/v1/organisations%20/1/integrations%09/warehouse-connections/",
            "/%20api/%20v1/organisations/1/integrations/warehouse-connections/",
        ]

    @Test
    func answersAMisspeltPathItself() async throws {
        try await Site.besideFlagsmith(edit: Site.withoutLimits) { site, flagsmith in
            for target in Self.misspelt {
                for options in [Site.token("admin-1"), ["--data", "a"], ["--head"]] {
                    let answer = try await site.ask(target, options)
                    #expect(answer.status == 404, "\(target) \(options)")
                    #expect(answer.body == (options == ["--head"] ? "" : HTTPAnswer.notFound), "\(target)")
                    #expect(answer["Content-Type"] == ["application/json"])
                }
            }
            #expect(flagsmith.requests.map(\.target) == [])
        }
    }

    /// What nginx has for itself is nobody's to ask for.
    @Test(arguments: [false, true])
    func hidesWhatIsInternal(_ isBesideFlagsmith: Bool) async throws {
        func check(_ site: Site) async throws {
            for target in ["/_question", "/_question/are-you-well", "/_question/", "/_refused", "/_refusal"] {
                for options in [[], Site.token("admin-1"), ["--data", "a"], ["--http2"]] {
                    let answer = try await site.curl(target, ["--write-out", " %{http_code}"] + options, key: nil)
                    #expect(answer.output == HTTPAnswer.notFound + " 404", "\(target) \(options)")
                }
            }
        }
        if isBesideFlagsmith {
            try await Site.besideFlagsmith { site, flagsmith in
                try await check(site)
                #expect(flagsmith.requests.map(\.target) == [])
            }
        } else {
            try await Site.with { site in try await check(site) }
        }
    }

    /// An organisation's number is a signed integer of 64 bits. Flagsmith, whose numbers are smaller, is asked about those
    /// of 18 digits at most.
    @Test(arguments: [
        ("1", alone: 401, beside: 401), ("2147483648", 401, 401), ("999999999999999999", 401, 401),
        ("1000000000000000000", 401, 403), ("9223372036854775807", 401, 403), ("9223372036854775808", 404, 404),
        ("9999999999999999999", 404, 404), ("10000000000000000000", 404, 404), ("18446744073709551617", 404, 404),
    ])
    func knowsNoLargerOrganisation(_ number: String, alone: Int, beside: Int) async throws {
        let target = Workplace.list(1).replacing("/1/", with: "/\(number)/")
        _ = try await Site.with { site in try await site.expect(alone, target) }
        try await Site.besideFlagsmith { site, flagsmith in
            try await site.expect(beside, target)
            #expect(flagsmith.requests.count == (beside == 401 ? 1 : 0))
            if number != "1" { try await site.expect(alone == 401 ? 403 : 404, target, Site.token("admin-1")) }
        }
    }

    /// Django repeats the whole query where the last slash is missing.
    @Test(arguments: ["--http1.1", "--http2"])
    func handsOnALongRedirect(_ version: String) async throws {
        let query = String(repeating: "a", count: version == "--http2" ? 12_900 : 8_000)
        try await Site.besideFlagsmith { site, _ in
            let options = [version, "--write-out", "%{http_code} %header{location}"]
            let answer = try await site.curl("/api/v1/users?\(query)", options, key: nil)
            #expect(answer.output == "301 /api/v1/users/?\(query)")
        }
    }
}
