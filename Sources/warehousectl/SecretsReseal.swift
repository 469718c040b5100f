import ArgumentParser
import SecretStore
import WarehouseConnections

struct SecretsReseal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal",
        abstract: "Make a new sealing key, and seal every secret to it.",
        discussion: """
            All secrets or none. The old key opens nothing of the store afterwards, but backups from before: keep it as \
            long as them. An interrupted run is finished by the same command.
            """
    )

    @Option(help: ArgumentHelp("The private half of the present key.", valueName: "file"))
    var sealingKeyFile: String

    @Option(help: ArgumentHelp("Where to write the private half of the new one.", valueName: "file"))
    var newSealingKeyFile: String

    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let (result, fingerprint) = try failingWithSecretStoreErrors {
            let old = try SealingKey(contentsOf: sealingKeyFile)
            let store = try secrets.open()
            let result = try countingSeconds { try store.reseal(with: old, to: newSealingKeyFile) }
            return (result, try store.keyFingerprint())
        }
        let words =
            switch result {
            case .resealed(let count): "\(count) secrets sealed to key \(fingerprint) in \(newSealingKeyFile)"
            case .alreadyDone: "done before: key \(fingerprint) in \(newSealingKeyFile) opens them"
            }
        try output.print(words) { json in
            if case .resealed(let count) = result { json.member("resealed", Int64(count)) }
            json.member("sealing_key_file", newSealingKeyFile)
            json.member("fingerprint", fingerprint)
        }
    }
}
