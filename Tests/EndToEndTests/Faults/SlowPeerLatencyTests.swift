import Foundation
import TestSupport
import Testing

/// What slow peers cost a good client: its slowest hundredth takes less than twice as long as without them, or less than
/// ten milliseconds. They are more than the threads: if each held one, nobody would be answered.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct SlowPeerLatencyTests {
    /// In milliseconds. Below, a ratio says more of the machine than of the service: a slow peer that holds a thread
    /// delays others by two seconds.
    private static let unnoticed = 10.0

    @Test
    func costAGoodClientNothingBehindTheWebServer() async throws {
        try await Site.with(["--threads", "4"], edit: Site.withoutLimits) { site in
            try await expectLittleCost(of: "5 silent, 5 dripping, 5 kept peers", site) { client in
                let first = try UnfinishedPeers(site.workplace.socket, count: 5)
                let dripping = Task { [site] in
                    var peers = first
                    while true {
                        // They are cut off after two seconds: then others are there.
                        for _ in 1...75 {
                            peers.drip()
                            try await Task.sleep(for: .milliseconds(20))
                        }
                        peers = try UnfinishedPeers(site.workplace.socket, count: 5)
                    }
                }
                defer { dripping.cancel() }
                let latencies = try await client()
                dripping.cancel()
                // Until they are gone: the next window is without them.
                _ = await dripping.result
                return latencies
            }
        }
    }

    @Test
    func costAGoodClientNothingWhileTheyAreIdle() async throws {
        try await Site.with(["--threads", "4"], edit: Site.withoutLimits) { site in
            try await expectLittleCost(of: "68 idle kept connections", site) { client in
                let liveness = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/liveness/")]
                let idle = try (1...68).map { _ in
                    let connection = try FastCGIConnection(site.workplace.socket)
                    #expect(try connection.ask(liveness, keep: true).status == 200)
                    return connection
                }
                defer { #expect(idle.allSatisfy { $0.isSilent(forMilliseconds: 0) }) }
                return try await client()
            }
        }
    }

    /// Measured when they are there: their TLS handshakes cost what handshakes cost, which is printed.
    @Test
    func costAGoodClientNothingInFrontOfIt() async throws {
        let patient = { (text: String) in
            Site.withoutLimits(text).replacing("client_header_timeout 10s", with: "client_header_timeout 5m")
        }
        try await Site.with(["--threads", "4"], edit: patient) { site in
            let script = Fixture.project + "Tests/EndToEndTests/slow-clients/slow_clients.py"
            let log = site.workplace.directory("slow")
            var (seconds, during) = ([Double](), [Double]())
            let rounds = Extent.count(quick: 7, long: 50)
            try await expectLittleCost(of: "1,000 slow HTTPS clients", site, rounds: rounds) { client in
                try Data().write(to: URL(filePath: log))
                let start = ContinuousClock.now
                let (latencies, exitCode) = try await Program.withRunning(
                    "python3",
                    [script, "\(site.port)", "1000"],
                    log: log
                ) { _ in
                    var handshakes: [Latencies] = []
                    repeat {
                        handshakes.append(try await client())
                    } while try String(contentsOfFile: log, encoding: .utf8).isEmpty
                    seconds.append((ContinuousClock.now - start) / .seconds(1))
                    during.append(Latencies(handshakes).p99)
                    return try await client()
                }
                // It ends by itself when one of them is cut off.
                #expect(exitCode == -SIGTERM, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
                // While nginx closes what they have left.
                _ = try await client()
                return latencies
            }
            print("1,000 TLS handshakes: \(figures(seconds)) s, p99 of a good client meanwhile \(figures(during)) ms")
        }
    }

    /// Measures in turn without and with the peers, so that whatever else the machine does meets both, and compares the
    /// medians.
    private func expectLittleCost(
        of name: String,
        _ site: Site,
        rounds: Int = Extent.count(quick: 15, long: 150),
        _ withPeers: (_ client: () async throws -> Latencies) async throws -> Latencies
    ) async throws {
        let client = { try await Latencies.measure(site) }
        var (without, with) = ([Double](), [Double]())
        for _ in 1...rounds {
            without.append(try await client().p99)
            with.append(try await withPeers(client).p99)
        }
        let text = "\(figures(with)) ms against \(figures(without)) ms"
        print("\(name): p99 of a good client \(text)")
        #expect(median(with) < max(Self.unnoticed, 2 * median(without)), "\(name): \(text)")
    }
}

/// How long a client waits for each of its answers, in milliseconds.
private struct Latencies {
    private let sorted: [Double]

    init(_ parts: [Latencies]) { sorted = parts.flatMap(\.sorted).sorted() }

    private init(_ latencies: [Double]) { sorted = latencies.sorted() }

    /// One of two hundred is slower: four that wait for a thread are not lost among the others.
    var p99: Double { sorted[sorted.count * 99 / 100] }

    /// Asks 200 times, four at a time, each time over a connection of its own. A number of requests and not a time, which
    /// would be over before the answers that count.
    static func measure(_ site: Site) async throws -> Latencies {
        let asked = try await site.curl(
            Workplace.list(1) + "?[1-200]",
            ["--http1.1", "--header", "Connection: close", "--parallel", "--parallel-max", "4"]
                + ["--output", "/dev/null", "--write-out", "%{http_code} %{time_total}\n"]
        )
        let answers = asked.output.matches(of: /200 ([0-9.]+)\n/)
        try #require(answers.count == 200, "\(asked.output)")
        return Latencies(answers.map { (Double($0.1) ?? .infinity) * 1000 })
    }
}

/// The median, and between which figures it is.
private func figures(_ values: [Double]) -> String {
    let rounded = [median(values), values.min() ?? .nan, values.max() ?? .nan].map {
        $0.formatted(.number.precision(.fractionLength(1)))
    }
    return "\(rounded[0]) (\(rounded[1]) to \(rounded[2]))"
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
