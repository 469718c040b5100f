import Foundation
import TestSupport
import Testing

/// What slow peers cost a good client: its slowest hundredth takes less than twice as long as without them.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct SlowPeerLatencyTests {
    private static let seconds = Extent.count(quick: 2, long: 10)

    @Test
    func costAGoodClientNothingBehindTheWebServer() async throws {
        try await Site.with(["--threads", "4"], edit: Site.withoutLimits) { site in
            try await expectLessThanTwice(site, "5 silent, 5 dripping, 5 kept peers", keepAlive: true) { body in
                let dripping = Task { [site] in
                    var rounds = 0
                    while !Task.isCancelled {
                        // Those that were cut off come back.
                        let peers = try UnfinishedPeers(site.workplace.socket, count: 5)
                        rounds += 1
                        for _ in 1...100 where !Task.isCancelled {
                            peers.drip()
                            try? await Task.sleep(for: .milliseconds(20))
                        }
                    }
                    return rounds
                }
                let latency = try await body()
                dripping.cancel()
                #expect(try await dripping.value > 0)
                return latency
            }
        }
    }

    @Test
    func costAGoodClientNothingWhileTheyAreIdle() async throws {
        try await Site.with(["--threads", "4"], edit: Site.withoutLimits) { site in
            try await expectLessThanTwice(site, "68 idle kept connections", keepAlive: true) { body in
                let liveness = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/liveness/")]
                let idle = try (1...68).map { _ in
                    let connection = try FastCGIConnection(site.workplace.socket)
                    #expect(try connection.ask(liveness, keep: true).status == 200)
                    return connection
                }
                defer { #expect(idle.allSatisfy { $0.isSilent(forMilliseconds: 0) }) }
                return try await body()
            }
        }
    }

    @Test
    func costAGoodClientNothingInFrontOfIt() async throws {
        try await Site.with(["--threads", "4"], edit: Site.withoutLimits) { site in
            try await expectLessThanTwice(site, "1,000 slow HTTPS clients", keepAlive: false) { body in
                let log = site.workplace.directory("slow")
                let script = Fixture.project + "Tests/EndToEndTests/slow-clients/slow_clients.py"
                // What they do themselves would be done on other machines.
                let words = ["--idle", "0", "python3", script, "\(site.port)", "1000"]
                return try await Program.withRunning("chrt", words, log: log) { _ in
                    _ = try await eventually {
                        try String(contentsOfFile: log, encoding: .utf8).contains("ready") ? true : nil
                    }
                    return try await body()
                }.result
            }
        }
    }

    /// Measured up to three times, and compared with the best without peers: the machine may have had something else to do.
    private func expectLessThanTwice(
        _ site: Site,
        _ name: String,
        keepAlive: Bool,
        _ withPeers: (() async throws -> Latency) async throws -> Latency
    ) async throws {
        var figures: [(with: Double, without: Double)] = []
        repeat {
            let baseline = try await Latency.measure(site, keepAlive: keepAlive, seconds: Self.seconds)
            let burdened = try await withPeers {
                try await Latency.measure(site, keepAlive: keepAlive, seconds: Self.seconds)
            }
            #expect(baseline.failures == 0, "\(baseline.report)")
            #expect(burdened.failures == 0, "\(burdened.report)")
            figures.append((burdened.p99, min(baseline.p99, figures.last?.without ?? .infinity)))
        } while figures.count < 3 && !isGood(figures)
        let text = figures.map { "\($0.with) ms against \($0.without) ms" }.joined(separator: ", then ")
        print("\(name): p99 of a good client \(text)")
        #expect(isGood(figures), "\(text)")
    }

    private func isGood(_ figures: [(with: Double, without: Double)]) -> Bool {
        figures.last.map { $0.with < 2 * $0.without } ?? false
    }
}

/// How long a client waits that asks again and again over four connections.
private struct Latency {
    /// Milliseconds within which 99 of 100 requests are answered.
    let p99: Double
    let failures: Int
    let report: String

    static func measure(_ site: Site, keepAlive: Bool, seconds: Int) async throws -> Latency {
        let key = site.workplace.credentials(of: 1).map { "Authorization: \($0.1)" }.joined()
        let arguments =
            ["-t", "1", "-c", "4", "-d", "\(seconds)", "--timeout", "10", "--latency", "-H", key]
            + (keepAlive ? [] : ["-H", "Connection: close"]) + ["https://localhost:\(site.port)\(Workplace.list(1))"]
        let report = try await Program.run("wrk", arguments).output
        let found = try #require(report.firstMatch(of: /99%\s+([0-9.]+)(us|ms|s)/), "\(report)")
        let unit = ["us": 0.001, "ms": 1, "s": 1000][String(found.2)] ?? .nan
        return Latency(p99: (Double(found.1) ?? .nan) * unit, failures: LoadReport(report).failures, report: report)
    }
}
