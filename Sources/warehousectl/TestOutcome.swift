import Sysexits
import WarehouseConnections
import Warehouses

/// How the test of one organisation's connection ended.
struct TestOutcome: Sendable {
    enum Result: Sendable {
        /// With what may still keep a loader from writing.
        case passed(advice: String?)
        case failed(TestFailure)
        /// The newest key does not work yet, the one before it does.
        case awaitsNewKey(TestFailure)
        /// Why it could not be tested, or what came of it not stored: nothing was written.
        case untested(ProgramFailure)
    }

    let organisation: OrganisationID
    /// As it is stored now; nil if there is none.
    let connection: WarehouseConnection?
    let result: Result

    var isPassed: Bool {
        if case .passed = result { true } else { false }
    }

    /// A line for a person, and more with what to do if somebody knows.
    var text: String {
        let name = "organisation \(organisation)\(connection.map { ", \($0.id)" } ?? "")"
        switch result {
        case .passed: return "\(name): connected\n\(Self.lines([advice]))"
        case .untested(let failure): return "\(name): not tested: \(failure.message.escapingControls)\n"
        case .failed(let failure), .awaitsNewKey(let failure):
            let parts = [failure.step, failure.code, failure.text].compactMap(\.self).map(\.escapingControls)
            return "\(name): \(status): \(parts.joined(separator: ": "))\n\(Self.lines([advice, failure.hint]))"
        }
    }

    private static func lines(_ help: [String?]) -> String {
        help.compactMap(\.self).map { "    \($0.escapingControls)\n" }.joined()
    }

    private var status: String { (connection?.status ?? .error).rawValue }

    private var advice: String? {
        switch result {
        case .passed(let advice): advice
        case .untested: nil
        case .failed(let failure): failure.advice
        case .awaitsNewKey:
            "the new key is not installed yet, the old one still works: run the set-up script again"
        }
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("organisation", organisation.rawValue)
            json.member("id", connection?.id.rawValue)
            switch result {
            case .passed:
                json.member("status", status)
                json.member("advice", advice)
            case .untested(let failure): json.member("not_tested", failure.message)
            case .failed(let failure), .awaitsNewKey(let failure):
                json.member("status", status)
                json.member("step", failure.step)
                json.member("code", failure.code)
                json.member("error", failure.text)
                json.member("advice", advice)
                json.member("hint", failure.hint)
            }
        }
    }
}
