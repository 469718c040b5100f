import TestSupport

extension Site {
    /// Runs the service beside a stand-in for Flagsmith.
    static func besideFlagsmith<Result: Sendable>(
        _ options: [String] = [],
        edit: (String) -> String = { $0 },
        _ body: (Site, FlagsmithStandIn) async throws -> Result
    ) async throws -> Result {
        try await FlagsmithStandIn.with { flagsmith in
            try await with(["--authorisation", "gateway"] + options, flagsmith: flagsmith.port, edit: edit) { site in
                try await body(site, flagsmith)
            }
        }
    }

    static func token(_ name: String) -> [String] { ["--header", "Authorization: Token \(name)"] }
    static func key(_ name: String) -> [String] { ["--header", "Authorization: Api-Key \(name)"] }
    static func cookie(_ name: String) -> [String] { ["--header", "Cookie: theme=dark; jwt=\(name)"] }
}
