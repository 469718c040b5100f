import Sysexits
import WarehouseConnections

/// What came of testing many connections.
struct TestSummary {
    let total: Int
    /// Whether those that failed are wanted one by one.
    let keepsOutcomes: Bool
    private(set) var count = 0
    private(set) var failures = 0
    private var outcomes: [TestOutcome] = []
    private var worst = Sysexit.no

    init(total: Int, keepsOutcomes: Bool) { (self.total, self.keepsOutcomes) = (total, keepsOutcomes) }

    mutating func add(_ outcome: TestOutcome) {
        count += 1
        guard !outcome.isPassed else { return }
        failures += 1
        if keepsOutcomes { outcomes.append(outcome) }
        // What somebody else was at, the next run finds.
        if case .untested(let failure) = outcome.result, ![.no, .temporaryFailure].contains(failure.exit) {
            worst = failure.exit
        }
    }

    /// Nil if all connections work, 1 if some do not; another one for what has kept this program from testing or storing.
    var exit: Sysexit? { failures == 0 ? nil : worst }

    var text: String {
        total == 0
            ? "no connection is due for a test" : "\(count) tested: \(count - failures) connected, \(failures) failed"
    }

    func write(to json: inout JSONWriter) {
        json.member("tested", Int64(count))
        json.member("connected", Int64(count - failures))
        var failed = JSONWriter()
        failed.array { json in
            for outcome in outcomes { outcome.write(to: &json) }
        }
        json.member("failed", json: String(decoding: failed.bytes, as: UTF8.self))
    }
}
