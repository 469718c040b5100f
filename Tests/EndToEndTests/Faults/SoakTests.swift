import Foundation
import TestSupport
import Testing

/// Half load for an hour: the responder's memory and descriptors do not grow.
///
/// `SOAK` in the environment says how many seconds instead.
@Suite(.timeLimit(.minutes(90)))
struct SoakTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["SOAK"].flatMap { Int($0) } ?? Extent.count(quick: 10, long: 3600)

    @Test
    func keepsItsMemoryAndDescriptors() async throws {
        let workplace = try await Workplace()
        _ = try await workplace.withResponder { process in
            try await Site.withNginx(workplace, edit: Site.withoutLimits) { site in
                var samples: [Sample] = []
                var (requests, failures) = (0, 0)
                let start = ContinuousClock.now
                while ContinuousClock.now - start < .seconds(Self.seconds) {
                    // All that it can do for a second, then nothing for as long.
                    let load = try await site.load(seconds: 1)
                    (requests, failures) = (requests + load.requests, failures + load.failures)
                    try await Task.sleep(for: .seconds(1))
                    let sample = try Sample(process, at: (ContinuousClock.now - start) / .seconds(1))
                    samples.append(sample)
                    // The store changes now and then.
                    let words = ["key", "create", "--organisation", "3", "--store", workplace.store]
                    if samples.count.isMultiple(of: 5) { _ = try await Program.run(Program.warehousectl, words) }
                }
                // Afterwards everything has been in use: connections, caches, statements.
                let warm = Array(samples.dropFirst(samples.count / 4))
                let (least, most) = (warm.map(\.descriptors).min() ?? 0, warm.map(\.descriptors).max() ?? 0)
                let growth = Sample.growth(warm)
                print(
                    "soak of \(Self.seconds) s: \(requests) requests, \(failures) not 200, "
                        + "\(growth.formatted(.number.precision(.fractionLength(2)))) MB/h, "
                        + "\((warm.last?.megabytes ?? 0).formatted(.number.precision(.fractionLength(1)))) MB at the end, "
                        + "\(least) to \(most) descriptors"
                )
                #expect(requests > 100)
                #expect(failures == 0)
                // nginx keeps eight connections, or fewer.
                #expect(most - least <= 8)
                // A page more or less would be megabytes an hour in a short run.
                if Self.seconds >= 1800 { #expect(growth < 1) }
                #expect((warm.last?.megabytes ?? 0) - (warm.first?.megabytes ?? 0) < 1)
            }
        }
    }
}

extension Site {
    /// As many requests as a client gets answered over 16 connections.
    fileprivate func load(seconds: Int) async throws -> LoadReport {
        let key = workplace.credentials(of: 1).map { "Authorization: \($0.1)" }.joined()
        let arguments = ["-t", "1", "-c", "16", "-d", "\(seconds)", "-H", key]
        return LoadReport(
            try await Program.run("wrk", arguments + ["https://localhost:\(port)\(Workplace.list(1))"]).output
        )
    }
}

/// What a process holds at one moment.
private struct Sample {
    /// Since the start.
    let seconds: Double
    let megabytes: Double
    let descriptors: Int

    init(_ process: pid_t, at seconds: Double) throws {
        self.seconds = seconds
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let resident = try #require(status.firstMatch(of: /VmRSS:\s+([0-9]+) kB/).flatMap { Double($0.1) })
        megabytes = resident / 1024
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }

    /// Megabytes an hour: the slope of the line through the samples, by least squares.
    static func growth(_ samples: [Sample]) -> Double {
        let count = Double(samples.count)
        let (time, size) = (
            samples.reduce(0) { $0 + $1.seconds } / count, samples.reduce(0) { $0 + $1.megabytes } / count
        )
        let above = samples.reduce(0) { $0 + ($1.seconds - time) * ($1.megabytes - size) }
        let below = samples.reduce(0) { $0 + ($1.seconds - time) * ($1.seconds - time) }
        return below > 0 ? above / below * 3600 : 0
    }
}
