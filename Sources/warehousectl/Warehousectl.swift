import ArgumentParser
import Sysexits
import WarehouseConnections

/// The operator's tool.
@main
struct Warehousectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warehousectl",
        abstract: "Keeps a store of warehouse connections.",
        version: Release.version,
        subcommands: [
            Init.self, Check.self, Backup.self, Restore.self, Import.self, Export.self, List.self, Show.self,
            Create.self, Update.self, Test.self, RotateKey.self, Delete.self, Secrets.self, Key.self, Audit.self,
        ]
    )

    static func main() { runProgram() }

    func run() throws { throw ProgramFailure(.usage, "no command given: see warehousectl --help") }
}
