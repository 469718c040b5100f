import ArgumentParser
import SecretStore
import WarehouseConnections

struct SecretsInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the store of secrets, and the sealing key that opens it.",
        discussion: """
            The public half goes into the store; the private half into a new file that only its owner may read, such as \
            for systemd-creds encrypt and LoadCredentialEncrypted. There is no other copy: without the file the secrets \
            are lost. A second time it refuses; an interrupted run is finished by the next one.
            """
    )

    @Option(help: ArgumentHelp("Where to write the private half.", valueName: "file"))
    var sealingKeyFile: String

    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = try secrets.path()
        let fingerprint = try failingWithSecretStoreErrors {
            try SecretStore.initialise(path: path, sealingKeyFile: sealingKeyFile)
        }
        try output.print("\(path): created; key \(fingerprint) in \(sealingKeyFile): keep a copy in a safe place") {
            json in
            json.member("secrets", path)
            json.member("sealing_key_file", sealingKeyFile)
            json.member("fingerprint", fingerprint)
        }
    }
}
