import Foundation
import TestSupport
import Testing

/// The alert rules for Prometheus, judged by its own tool.
@Suite(.timeLimit(.minutes(2)))
struct AlertTests {
    private static let folder = Fixture.project + "deploy/prometheus/"

    @Test(arguments: [["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]])
    func passesPromtool(_ arguments: [String]) async throws {
        let outcome = try await Program.run("promtool", arguments.dropLast() + [Self.folder + (arguments.last ?? "")])
        #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
    }

    @Test
    func isAConfigurationTogetherWithTheExampleOfAScrape() async throws {
        let directory = try TemporaryDirectory()
        let scrape = try String(contentsOfFile: Self.folder + "scrape.yml", encoding: .utf8)
        try "rule_files: [\(Self.folder)alerts.yml]\n\(scrape)"
            .write(toFile: directory("prometheus.yml"), atomically: false, encoding: .utf8)
        let outcome = try await Program.run("promtool", ["check", "config", directory("prometheus.yml")])
        #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.error)")
        // A rule for another job would never fire.
        let rules = try String(contentsOfFile: Self.folder + "alerts.yml", encoding: .utf8)
        let jobs = Set(rules.matches(of: /job="([^"]*)"/).map { String($0.1) })
        #expect(jobs == ["warehoused"])
        #expect(scrape.contains("job_name: warehoused\n"))
    }

    @Test
    func usesOnlyMetricsThatThereAre() async throws {
        let rules = try String(contentsOfFile: Self.folder + "alerts.yml", encoding: .utf8)
        let used = Set(rules.matches(of: /\b(warehoused|process)_[a-z_]+/).map { String($0.0) })
        #expect(used.count > 5)
        let text = try await Site.with { site in
            try await site.expect(200, Workplace.list(1), key: 1)
            return try await site.askStatus("/1/metrics").body
        }
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let exported = Set(lines.map { String($0.prefix { $0 != "{" && $0 != " " }) })
        #expect(used.subtracting(exported).isEmpty)
    }

    @Test
    func tellsWhatToDoAboutEach() throws {
        let rules = try String(contentsOfFile: Self.folder + "alerts.yml", encoding: .utf8)
        let tests = try String(contentsOfFile: Self.folder + "alerts.test.yml", encoding: .utf8)
        let operations = try String(contentsOfFile: Fixture.project + "deploy/OPERATIONS.md", encoding: .utf8)
        let headings = Set(operations.matches(of: /(?m)^#+ (.+)$/).map { String($0.1) })
        let alerts = rules.components(separatedBy: "- alert: ").dropFirst()
        #expect(!alerts.isEmpty)
        for alert in alerts {
            let name = String(alert.prefix { $0 != "\n" })
            #expect(alert.contains(/severity: (page|ticket)\n/), "\(name)")
            #expect(alert.contains("runbook: deploy/OPERATIONS.md#\(name.lowercased())\n"), "\(name)")
            #expect(headings.contains(name), "\(name): no such heading in OPERATIONS.md")
            #expect(tests.contains("alertname=\"\(name)\""), "\(name): no test shows it firing")
        }
    }
}
