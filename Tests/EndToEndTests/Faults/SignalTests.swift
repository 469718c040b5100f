import Foundation
import TestSupport
import Testing

/// SIGTERM and kill -9 under load: no request is lost, and an end that was asked for comes within the drain limit.
@Suite(.timeLimit(.minutes(30)), .serialized)
struct SignalTests {
    /// Above the drain limit.
    private static let grace = Duration.seconds(1)

    @Test
    func loseNoRequest() async throws {
        let times = Extent.count(quick: 2, long: 100)
        try await Supervised.with { supervised in
            var longest: [CInt: Duration] = [:]
            let load = try await supervised.underLoad {
                for number in 1...times {
                    for signal in [SIGTERM, SIGKILL] {
                        let unit = "warehoused@\(number % 2 + 1).service"
                        let process = try await supervised.process(of: unit)
                        let peers = try UnfinishedPeers(supervised.site.workplace.socket)
                        let start = ContinuousClock.now
                        kill(process, signal)
                        try await waitForEnd(of: process)
                        longest[signal] = max(longest[signal] ?? .zero, .now - start)
                        _ = try await eventually { try await supervised.process(of: unit, besides: process) }
                        withExtendedLifetime(peers) {}
                    }
                }
            }
            let drain = longest[SIGTERM] ?? .zero
            print(
                "SIGTERM and kill -9, \(times) times each: \(load.requests) requests, \(load.failures) not 200, "
                    + "end after \(drain) at most"
            )
            #expect(load.requests > 100)
            #expect(load.failures == 0, "\(load.report)")
            #expect(drain < .seconds(10) + Self.grace)
        }
    }

    @Test(arguments: [0, 1, 3])
    func endWithinTheDrainLimitWhateverPeersDo(_ limit: Int) async throws {
        let workplace = try await Workplace()
        let ended = try await workplace.withResponder(["--drain-timeout", "\(limit)"]) { process in
            let peers = try UnfinishedPeers(workplace.socket)
            #expect(try workplace.ask("/health/liveness/").status == 200)
            let start = ContinuousClock.now
            kill(process, SIGTERM)
            let dripping = Task {
                while !Task.isCancelled {
                    peers.drip()
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            try await waitForEnd(of: process)
            dripping.cancel()
            return ContinuousClock.now - start
        }
        print("SIGTERM with 12 unfinished peers, drain limit \(limit) s: end after \(ended.result)")
        #expect(ended.result < .seconds(limit) + Self.grace)
        #expect(ended.exitCode == 0 || ended.exitCode == 1)
    }

    /// A process that has ended may wait for its parent to ask how.
    private func waitForEnd(of process: pid_t) async throws {
        _ = try await eventually {
            let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return state.map { $0.contains(") Z ") } ?? true ? true : nil
        }
    }
}
