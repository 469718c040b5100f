import ArgumentParser
import Foundation
import Sysexits
import WarehouseConnections
import Warehouses

struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try whether connections work, and store what came of it.",
        discussion: """
            Signs in to the warehouse as the loader would and tries what loading needs. Status, last_tested_at and \
            last_error change together; the API shows them at the next request. A connection stays \
            pending_customer_setup until its warehouse knows who signs in. A connection that worked is tried once more \
            when its test fails. A result that says nothing about the warehouse is not stored: the connection counts as not \
            tested. Exits with 1 if a test failed, and with 69 if one could not be run for a reason of this machine: proxy, \
            name server, certificate authorities, clock. A warehouse that is not ready is 75 with --organisation; --all goes \
            on, and leaves out what was imported without secrets.
            """
    )

    @Option(help: "The number of the only organisation to test.")
    var organisation: OrganisationID?

    @Flag(help: "Test every connection.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "With --all: only those that wait for the customer, or whose latest test is older, such as 24h.",
            valueName: "time"
        )
    )
    var olderThan: TimeSpan?

    @Option(help: "With --all: how many at a time, from 1 to 64.")
    var parallel = 8

    @Option(help: ArgumentHelp("The private half of the sealing key.", valueName: "file"))
    var sealingKeyFile: String

    @Option(help: ArgumentHelp("How long one test may take: a number and s, m, h or d.", valueName: "time"))
    var timeout = TimeSpan.minute

    @OptionGroup var network: NetworkOptions
    @OptionGroup var actor: ActorOptions
    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard all != (organisation != nil) else { throw ValidationError("give --organisation or --all") }
        guard all || olderThan == nil else { throw ValidationError("--older-than is for --all") }
        guard (1...3600).contains(timeout.seconds) else { throw ValidationError("--timeout: expected 1s to 1h") }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel: expected 1 to 64") }
    }

    func run() throws {
        let network = try network.settings(timeout: .seconds(timeout.seconds))
        let stores = try TestedStores(store: store, secrets: secrets, keyFile: sealingKeyFile, actor: actor)
        let tester = ConnectionTester(stores: stores, network: network)
        if let organisation {
            let outcome = tester.outcome(of: organisation)
            if case .untested(let failure) = outcome.result {
                if output.json { try output.print(outcome) }
                throw ProgramFailure(failure.exit, "not tested: \(failure.message)")
            }
            try output.print(outcome)
            guard outcome.isPassed else { throw ExitCode(Sysexit.no.rawValue) }
        } else {
            try testAll(tester, stores)
        }
    }

    private func testAll(_ tester: ConnectionTester, _ stores: TestedStores) throws {
        let start = try olderThan.map { age throws(ProgramFailure) in
            guard let start = Timestamp(secondsFromNow: -age.seconds) else {
                throw ProgramFailure(.usage, "--older-than \(age): begins before our era: leave it out")
            }
            return start
        }
        let due = try stores.due(since: start)
        var summary = TestSummary(total: due.count, keepsOutcomes: output.json)
        var progress = Progress(unit: "of \(due.count) tested", each: 1)
        try tester.forEachOutcome(of: due, parallel: parallel) { outcome in
            summary.add(outcome)
            if !outcome.isPassed, !output.json {
                progress.finish()
                try output.print(outcome)
            }
            progress.advance(to: summary.count)
        }
        progress.finish()
        try output.print(summary.text) { summary.write(to: &$0) }
        if let exit = summary.exit { throw ExitCode(exit.rawValue) }
    }
}

extension OutputOptions {
    fileprivate func print(_ outcome: TestOutcome) throws {
        var writer = JSONWriter()
        outcome.write(to: &writer)
        try StandardOutput.write(json ? writer.bytes + [UInt8(ascii: "\n")] : Array(outcome.text.utf8))
    }
}
