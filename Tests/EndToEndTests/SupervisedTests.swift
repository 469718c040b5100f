import Foundation
import TestSupport
import Testing

/// Two supervised instances on one socket behind nginx: whatever happens to one of them, no request is lost.
///
/// `RESTARTS` in the environment says how often, 5 times if it does not.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct SupervisedTests {
    private static let restarts = ProcessInfo.processInfo.environment["RESTARTS"].flatMap { Int($0) } ?? 5

    @Test
    func losesNoRequestToAnUpgrade() async throws {
        try await Supervised.with { supervised in
            let load = try await supervised.underLoad {
                for _ in 1...Self.restarts {
                    let outcome = try await supervised.run(Fixture.project + "deploy/upgrade.sh")
                    try #require(outcome.exitCode == 0, "\(outcome.error)")
                    #expect(outcome.output.matches(of: /restarted and ready/).count == 2)
                }
            }
            print("\(Self.restarts) upgrades: \(load.requests) requests, \(load.failures) not 200")
            #expect(load.requests > 100)
            #expect(load.failures == 0, "\(load.report)")
        }
    }

    @Test
    func losesNoRequestToACrash() async throws {
        try await Supervised.with { supervised in
            let load = try await supervised.underLoad {
                for number in 1...Self.restarts {
                    let unit = "warehoused@\(number % 2 + 1).service"
                    let process = try await supervised.process(of: unit)
                    kill(process, SIGKILL)
                    _ = try await eventually { try await supervised.process(of: unit, besides: process) }
                }
            }
            print("\(Self.restarts) crashes: \(load.requests) requests, \(load.failures) not 200")
            #expect(load.requests > 100)
            #expect(load.failures == 0, "\(load.report)")
        }
    }

    @Test
    func replacesAnInstanceThatIsStuck() async throws {
        try await Supervised.with(watchdog: 2) { supervised in
            let unit = "warehoused@1.service"
            let stuck = try await supervised.process(of: unit)
            let load = try await supervised.underLoad {
                kill(stuck, SIGSTOP)
                _ = try await eventually { try await supervised.process(of: unit, besides: stuck) }
            }
            #expect(load.failures == 0, "\(load.report)")
        }
    }

    @Test
    func stopsTheUpgradeAtAnInstanceThatDoesNotComeBack() async throws {
        try await Supervised.with { supervised in
            try FileManager.default.removeItem(atPath: supervised.program)
            try FileManager.default.createSymbolicLink(
                atPath: supervised.program,
                withDestinationPath: "/bin/false"
            )
            let other = try await supervised.process(of: "warehoused@2.service")
            let outcome = try await supervised.run(Fixture.project + "deploy/upgrade.sh")
            #expect(outcome.exitCode == 1)
            #expect(outcome.error.contains("upgrade.sh: warehoused@1: does not start"), "\(outcome.error)")
            #expect(try await supervised.process(of: "warehoused@2.service") == other)
            try await supervised.site.expect(200, Workplace.list(1), key: 1)
        }
    }

    @Test
    func makesNoStoreWhereOneIsMissing() async throws {
        try await Supervised.with { supervised in
            let store = supervised.site.workplace.store
            try FileManager.default.moveItem(atPath: store, toPath: store + ".away")
            let outcome = try await supervised.run(Fixture.project + "deploy/upgrade.sh")
            #expect(outcome.exitCode == 66)
            #expect(outcome.error.hasPrefix("upgrade.sh: \(store): no such store"), "\(outcome.error)")
            #expect(!FileManager.default.fileExists(atPath: store))
        }
    }
}
