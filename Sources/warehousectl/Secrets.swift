import ArgumentParser
import Sysexits

/// The commands about what is secret.
struct Secrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the store of secrets: private keys and passwords, each sealed.",
        discussion: """
            Secrets are sealed to a public key that lies in their store; only the file of its private half opens them. \
            Whoever makes connections needs no such file. Whoever loses it loses the secrets: each connection then needs \
            a new key pair or password, and each customer has to run their set-up script again. Keep a copy of the file \
            in a safe place, apart from backups of the store.
            """,
        subcommands: [SecretsInit.self, SecretsExport.self, SecretsReseal.self, SecretsBackup.self]
    )

    func run() throws { throw ProgramFailure(.usage, "no command given: see warehousectl secrets --help") }
}
