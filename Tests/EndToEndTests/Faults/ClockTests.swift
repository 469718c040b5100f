import Foundation
import TestSupport
import Testing

/// A clock that is set to another time while the responder runs: what was revoked stays revoked, expiry follows the clock,
/// and nothing waits for a time that does not come.
///
/// Source: faketime(1). The monotonic clocks go on as they do when a machine's clock is set.
@Suite(.timeLimit(.minutes(3)))
struct ClockTests {
    /// A jump from the true time, and whether keys that end after 30 minutes and after five years work there.
    private static let jumps: [(clock: String, halfAnHour: Int, fiveYears: Int)] = [
        ("+0", 200, 200), ("+1h", 401, 200), ("-1h", 200, 200), ("+10y", 401, 401), ("-10y", 200, 200),
        ("+0", 200, 200),
        ("-10y", 200, 200), ("+10y", 401, 401),
    ]

    @Test
    func decidesByTheTimeThatItIs() async throws {
        let place = try await MovedClock()
        let always = try await place.createKey("--no-expiry")
        let halfAnHour = try await place.createKey("--expires-in", "30m")
        let fiveYears = try await place.createKey("--expires-in", "1826d")
        var revoked = [try await place.createKey("--no-expiry")]
        try await place.revoke(revoked[0])
        var slowest = Duration.zero
        let exitCode = try await place.withResponder {
            var checked = try place.lastCheck()
            for jump in Self.jumps {
                try place.set(jump.clock)
                let expected = [(always, 200), (halfAnHour, jump.halfAnHour), (fiveYears, jump.fiveYears)]
                for (key, status) in expected + revoked.map({ ($0, 401) }) {
                    let start = ContinuousClock.now
                    #expect(try place.status(of: key) == status, "\(jump.clock)")
                    slowest = max(slowest, .now - start)
                }
                // The operator's clock has jumped as well.
                let another = try await place.createKey("--no-expiry")
                #expect(try place.status(of: another) == 200, "\(jump.clock)")
                try await place.revoke(another)
                revoked.append(another)
                #expect(try place.status(of: another) == 401, "\(jump.clock)")
                try await place.run(["check"])
                // The inspector has noticed the change: it does not wait for a time that was.
                let before = checked
                checked = try await eventually {
                    let last = try place.lastCheck()
                    return last == before ? nil : last
                }
                #expect(try place.workplace.ask("/health/readiness/").status == 200)
            }
        }
        // Whoever waited for the old time would wait for an hour, and a connection does so for ten seconds at most.
        #expect(exitCode == 0)
        print("\(Self.jumps.count) jumps of the clock: \(revoked.count) keys stayed revoked, slowest answer \(slowest)")
    }
}
