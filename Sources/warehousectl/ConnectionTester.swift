import Sysexits
import WarehouseConnections
import Warehouses

/// Tests connections and stores what came of it.
struct ConnectionTester: Sendable {
    let stores: TestedStores
    let test: ConnectionTest

    /// Tests the connection of one organisation. What is wrong with it is in the outcome, as is what is wrong here.
    func outcome(of organisation: OrganisationID) async -> TestOutcome {
        var connection: WarehouseConnection?
        do {
            let subject = try await stores.subject(of: organisation)
            connection = subject.connection
            let result = await result(of: subject)
            // A test that was broken off has found nothing.
            try Task.checkCancellation()
            let tested = try await stores.record(result.failure, of: subject.connection, of: organisation)
            return TestOutcome(organisation: organisation, connection: tested, result: result)
        } catch {
            let failure = (error as? ProgramFailure) ?? ProgramFailure(.ioError, "\(error)")
            return TestOutcome(organisation: organisation, connection: connection, result: .untested(failure))
        }
    }

    /// Tests several at a time, and calls `body` with each outcome when it is there.
    func forEachOutcome(
        of organisations: [OrganisationID],
        parallel: Int,
        _ body: (TestOutcome) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: TestOutcome.self) { group in
            var waiting = organisations[...]
            for _ in 0..<parallel {
                guard let next = waiting.popFirst() else { break }
                group.addTask { await outcome(of: next) }
            }
            while let outcome = try await group.next() {
                if let next = waiting.popFirst() { group.addTask { await self.outcome(of: next) } }
                try body(outcome)
            }
        }
    }

    private func result(of subject: TestedStores.Subject) async -> TestOutcome.Result {
        let configuration = subject.connection.configuration
        do throws(TestFailure) {
            try await test.run(configuration, with: subject.credential)
            return .passed
        } catch {
            guard error.isOfSignIn, let predecessor = subject.predecessor else { return .failed(error) }
            do throws(TestFailure) {
                try await test.run(configuration, with: predecessor)
                return .awaitsNewKey(error)
            } catch _ {
                return .failed(error)
            }
        }
    }

}

extension TestOutcome.Result {
    fileprivate var failure: TestFailure? {
        switch self {
        case .passed, .untested: nil
        case .failed(let failure), .awaitsNewKey(let failure): failure
        }
    }
}
