import Dispatch
import Foundation
import Synchronization
import Sysexits
import WarehouseConnections
import Warehouses

/// Tests connections and stores what came of it.
struct ConnectionTester: Sendable {
    let stores: TestedStores
    let network: NetworkSettings

    /// Tests the connection of one organisation. What is wrong with it is in the outcome, as is what is wrong here.
    func outcome(of organisation: OrganisationID) -> TestOutcome {
        var connection: WarehouseConnection?
        do {
            let subject = try stores.subject(of: organisation)
            connection = subject.connection
            let result = try result(of: subject)
            let tested = try stores.record(result.failure, of: subject, of: organisation)
            return TestOutcome(organisation: organisation, connection: tested, result: result)
        } catch {
            let failure = (error as? ProgramFailure) ?? ProgramFailure(.ioError, "\(error)")
            return TestOutcome(organisation: organisation, connection: connection, result: .untested(failure))
        }
    }

    /// Tests several at a time, each on a thread, and calls `body` on this one with each outcome when it is there. If
    /// `body` throws, nothing more is stored, and this returns when the tests under way have ended.
    func forEachOutcome(
        of organisations: [OrganisationID],
        parallel: Int,
        _ body: (TestOutcome) throws -> Void
    ) throws {
        let queue = TestQueue(organisations)
        let threads = DispatchGroup()
        for _ in 0..<min(parallel, organisations.count) {
            threads.enter()
            Thread.detachNewThread {
                while let next = queue.takeNext() { queue.add(outcome(of: next)) }
                threads.leave()
            }
        }
        // exit(3) destroys what a thread in libcurl still uses.
        defer { threads.wait() }
        do {
            for _ in organisations { try body(queue.takeOutcome()) }
        } catch {
            queue.clear()
            stores.close()
            throw error
        }
    }

    /// - Throws: ``ProgramFailure`` if the failure says nothing of the connection.
    private func result(of subject: TestedStores.Subject) throws(ProgramFailure) -> TestOutcome.Result {
        let test = ConnectionTest(of: subject.connection.configuration, network)
        do throws(TestFailure) {
            return .passed(advice: try run(test, of: subject))
        } catch {
            switch error.cause {
            case .service: throw ProgramFailure(.unavailable, error.line)
            case .notReady: throw ProgramFailure(.temporaryFailure, error.line)
            case .warehouse: return .failed(error)
            case .signIn:
                guard let predecessor = subject.predecessor else { return .failed(error) }
                do throws(TestFailure) {
                    _ = try test.run(with: predecessor)
                    return .awaitsNewKey(error)
                } catch _ {
                    return .failed(error)
                }
            }
        }
    }

    /// A connection that worked gets a second chance, if there is time for it: one connection that breaks must not make it
    /// an `error`.
    private func run(_ test: ConnectionTest, of subject: TestedStores.Subject) throws(TestFailure) -> String? {
        do throws(TestFailure) {
            return try test.run(with: subject.credential)
        } catch {
            // What is not ready was asked again already, and nothing is stored of it.
            guard subject.connection.status == .connected, error.cause != .notReady, test.hasTimeLeft else {
                throw error
            }
            do throws(TestFailure) {
                return try test.run(with: subject.credential)
            } catch let second {
                // "No time left" tells less than the first failure.
                throw second.cause == .notReady || test.hasTimeLeft ? second : error
            }
        }
    }
}

extension TestFailure {
    /// On one line, for a test that says nothing of the connection.
    fileprivate var line: String { [step, code, text, hint ?? advice].compactMap(\.self).joined(separator: ": ") }
}

extension TestOutcome.Result {
    fileprivate var failure: TestFailure? {
        switch self {
        case .passed, .untested: nil
        case .failed(let failure), .awaitsNewKey(let failure): failure
        }
    }
}

/// What waits to be tested, and what came of it.
private final class TestQueue: Sendable {
    private let organisations: Mutex<ArraySlice<OrganisationID>>
    private let outcomes = Mutex<[TestOutcome]>([])
    private let isAdded = DispatchSemaphore(value: 0)

    init(_ organisations: [OrganisationID]) { self.organisations = Mutex(organisations[...]) }

    func takeNext() -> OrganisationID? { organisations.withLock { $0.popFirst() } }

    func clear() { organisations.withLock { $0 = [] } }

    func add(_ outcome: TestOutcome) {
        outcomes.withLock { $0.append(outcome) }
        isAdded.signal()
    }

    /// Waits for one.
    func takeOutcome() -> TestOutcome {
        isAdded.wait()
        return outcomes.withLock { $0.removeFirst() }
    }
}
