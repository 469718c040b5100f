import Sysexits
import WarehouseConnections

/// What came of testing many connections.
struct TestSummary {
    let total: Int
    private(set) var count = 0
    private(set) var failed: [TestOutcome] = []

    init(total: Int) { self.total = total }

    mutating func add(_ outcome: TestOutcome) {
        count += 1
        if !outcome.isPassed { failed.append(outcome) }
    }

    /// 1 for connections that do not work; another one for what has kept this program from testing or storing.
    var exit: Sysexit {
        failed.lazy.compactMap { outcome in
            guard case .untested(let failure) = outcome.result else { return nil }
            return failure.exit
        }.first { $0 != .no } ?? .no
    }

    var text: String {
        total == 0
            ? "no connection is due for a test"
            : "\(count) tested: \(count - failed.count) connected, \(failed.count) failed"
    }

    func write(to json: inout JSONWriter) {
        json.member("tested", Int64(count))
        json.member("connected", Int64(count - failed.count))
        var outcomes = JSONWriter()
        outcomes.array { json in
            for outcome in failed { outcome.write(to: &json) }
        }
        json.member("failed", json: String(decoding: outcomes.bytes, as: UTF8.self))
    }
}
