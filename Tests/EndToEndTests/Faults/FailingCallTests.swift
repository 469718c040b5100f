import Foundation
import TestSupport
import Testing

/// What a change does when one of its system calls on the stores' files fails, whichever it is: it says so on one line and
/// leaves everything as it was, or the failure did not matter and the change is there. The responder goes on.
@Suite(.timeLimit(.minutes(60)))
struct FailingCallTests {
    private static let calls = ["pwrite64", "fdatasync", "ftruncate", "openat"]
    private static let errors = ["ENOSPC", "EIO", "EROFS"]

    @Test(arguments: FailingChange.all.filter { $0.isQuick || Extent.isLong })
    func isReportedAndLeavesEverythingAsItWas(_ change: FailingChange) async throws {
        let traced = try await TracedChange(change)
        let workplace = traced.office.workplace
        var figures: [String] = []
        var refusals = 0
        _ = try await workplace.withResponder { _ in
            for call in Self.calls {
                let places = try await traced.places(of: call)
                var (hits, refused) = (0, 0)
                for place in Self.some(of: places) {
                    for error in Extent.isLong ? Self.errors : [Self.errors[place % 3]] {
                        // A run in which the call was not hit proves nothing.
                        guard let exitCode = try await traced.run(failing: call, error, at: place) else { continue }
                        hits += 1
                        if exitCode != 0 { refused += 1 }
                        #expect(try workplace.ask(Workplace.list(1)).status == 200)
                    }
                }
                #expect(hits > 0 || places.isEmpty, "\(call) was never hit")
                refusals += refused
                figures.append("\(call) \(hits) (\(refused) refused)")
            }
            try await traced.run()
        }
        #expect(refusals > 0, "no call that matters was hit")
        #expect(!workplace.logged.contains("unavailable"), "\(workplace.logged)")
        print("failing calls of \(change): \(figures.joined(separator: ", "))")
    }

    /// Which of the calls are made to fail: all of them if they are few, else some from the first to the last.
    private static func some(of places: [Int]) -> [Int] {
        let most = Extent.count(quick: 6, long: 100)
        guard places.count > most else { return places }
        return (0..<most).map { places[$0 * (places.count - 1) / (most - 1)] }
    }
}
