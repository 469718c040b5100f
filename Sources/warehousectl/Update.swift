import ArgumentParser
import SecretStore
import Sysexits
import WarehouseConnections

struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change an organisation's connection, and make its set-up script anew.",
        usage: "warehousectl update --organisation <organisation> --<field> <value> ...",
        discussion: """
            The key pair stays. The status becomes pending_customer_setup, because the customer has to run the new \
            script; the result of the latest test goes. Another type or account would be another connection: delete \
            this one and create that. Where a password is sent to is changed together with the password alone.

            \(FieldArguments.help)
            """
    )

    @OptionGroup var target: OrganisationOption

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var fields: [String] = []

    @OptionGroup var actor: ActorOptions
    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !fields.isEmpty else { throw ProgramFailure(.usage, "nothing to change: give a field, see --help") }
        guard !fields.contains(where: { $0 == "--type" || $0.hasPrefix("--type=") }) else {
            throw ProgramFailure(.usage, "--type cannot be changed: that would be a new connection")
        }
        // Before anything is locked: a password may have to be asked for.
        let type = try target.connection(in: store.reader()).configuration.type
        let arguments = try FieldArguments(fields, of: type)
        // Else whoever may change a connection could have its secrets sent to a place of their own.
        let movesSecrets = type.fields.contains { $0.isDestination && arguments.given[$0.name] != nil }
        var given: [(SecretName, Secret)] = []
        for field in type.sensitiveFields {
            let file = arguments.files[field.name]
            guard file != nil || movesSecrets, let name = SecretName(field.name) else { continue }
            given.append((name, try SensitiveField.read(field, from: file)))
        }
        var updated: WarehouseConnection?
        let opened = given.isEmpty ? try secrets.openIfThere() : try secrets.open()
        let change = try ConnectionChange(secrets: opened, store: store, actor: actor)
        try change.run { transaction in
            guard let old = try transaction.connection(of: target.organisation), old.configuration.type == type else {
                throw ProgramFailure(.temporaryFailure, "the connection has just been replaced: try again")
            }
            let configuration = try failingWithInvalidOptions { () throws(InvalidValue) in
                try old.configuration.updated(given: arguments.given)
            }
            for (name, secret) in given {
                let secretID = SecretID(organisation: target.organisation, connection: old.id, name: name)
                try change.secrets?.put(secret, for: secretID, replacing: true)
            }
            let connection = try WarehouseConnection(
                pending: old.id,
                configuration,
                old.publicKey,
                createdAt: old.createdAt
            )
            try transaction.put(connection, for: target.organisation, as: .update)
            updated = connection
        }
        guard let updated else { return }
        try output.print(
            "\(updated.id): updated: the customer runs its set-up script again: warehousectl show",
            json: updated,
            of: target.organisation
        )
    }
}
