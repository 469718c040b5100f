import Foundation
import TestSupport
import Testing

/// What strangers send to the parsers, made of the corpus by a seeded generator. The fuzzer's long runs use the same entry
/// and the same corpus.
@Suite(.timeLimit(.minutes(30)))
struct FuzzTests {
    private static let count = 100_000

    @Test(arguments: FuzzTarget.allCases)
    func readsEveryInputAsItIsMeantOrNotAtAll(_ target: FuzzTarget) throws {
        let directory = URL(filePath: Fixture.project + "Tests/FuzzTests/corpus/" + target.rawValue)
        var mutations = try Mutations(of: directory, seed: 1)
        let start = ContinuousClock.now
        var findings = mutations.originals.compactMap { target.finding($0) }
        for number in 1...Self.count {
            if let finding = target.finding(mutations.next()) { findings.append("input \(number): \(finding)") }
        }
        let time = ContinuousClock.now - start
        print("fuzzing \(target.rawValue): \(Self.count) seeded inputs in \(time), \(findings.count) findings")
        #expect(findings.isEmpty)
    }
}
