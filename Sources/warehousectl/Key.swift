import ArgumentParser
import Sysexits

struct Key: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the API keys with which organisations read their connection.",
        subcommands: [KeyCreate.self, KeyList.self, KeyRevoke.self]
    )

    func run() throws { throw ProgramFailure(.usage, "no command given: see warehousectl key --help") }
}
