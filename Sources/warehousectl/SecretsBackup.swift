import ArgumentParser
import SecretStore
import Sysexits
import WarehouseConnections

struct SecretsBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store of secrets to a file, as it stands at one moment.",
        discussion: """
            The copy is sealed as the store is: it opens with the file of the sealing key alone, which is not in it. To \
            put it back, copy it to the store's place with mode 0600 while nobody makes connections.
            """
    )

    @Argument(help: "The file to make.")
    var file: String

    @Flag(help: "Replace a file that is there already.")
    var replace = false

    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard file != "-" else { throw ProgramFailure(.usage, "-: give a file: what is secret goes into no pipe") }
        let store = try secrets.open()
        try failingWithSecretStoreErrors { try countingSeconds { try store.backup(to: file, replacing: replace) } }
        try output.print("\(file): backup of \(store.path)") { json in
            json.member("secrets", store.path)
            json.member("backup", file)
        }
    }
}
