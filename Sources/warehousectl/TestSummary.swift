import Sysexits
import WarehouseConnections

/// What came of testing many connections.
struct TestSummary {
    let total: Int
    /// Whether those that failed are wanted one by one.
    let keepsOutcomes: Bool
    private(set) var count = 0
    private var failures = 0
    private var untested = 0
    private var outcomes: [TestOutcome] = []
    private var exits: Set<Sysexit> = []

    init(total: Int, keepsOutcomes: Bool) { (self.total, self.keepsOutcomes) = (total, keepsOutcomes) }

    mutating func add(_ outcome: TestOutcome) {
        count += 1
        switch outcome.result {
        case .passed: return
        case .failed, .awaitsNewKey:
            failures += 1
            exits.insert(.no)
        case .untested(let failure):
            untested += 1
            exits.insert(failure.exit)
        }
        if keepsOutcomes { outcomes.append(outcome) }
    }

    /// Nil if no test has failed: what was not ready, or was being changed, the next run tests. What has kept this program
    /// from testing or storing goes before what is wrong with a warehouse.
    var exit: Sysexit? {
        exits.subtracting([.no, .temporaryFailure]).max { $0.rawValue < $1.rawValue }
            ?? (exits.contains(.no) ? .no : nil)
    }

    var text: String {
        guard total > 0 else { return "no connection is due for a test" }
        let tested = count - untested
        return "\(tested) tested: \(tested - failures) connected, \(failures) failed"
            + (untested > 0 ? "; \(untested) not tested" : "")
    }

    func write(to json: inout JSONWriter) {
        json.member("tested", Int64(count - untested))
        json.member("connected", Int64(count - untested - failures))
        json.member("failed", json: array { if case .untested = $0.result { false } else { true } })
        json.member("not_tested", json: array { if case .untested = $0.result { true } else { false } })
    }

    private func array(_ isIncluded: (TestOutcome) -> Bool) -> String {
        var writer = JSONWriter()
        writer.array { json in
            for outcome in outcomes where isIncluded(outcome) { outcome.write(to: &json) }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
