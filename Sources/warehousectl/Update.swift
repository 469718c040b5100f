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
            this one and create that. Host, port and secure can only be changed together with the password: one \
            that was made here is made anew by each update.

            \(FieldArguments.help(creating: false))
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
        let old = try target.connection(in: store.reader())
        let type = old.configuration.type
        let arguments = try FieldArguments(fields, of: type)
        let configuration = try failingWithInvalidOptions { () throws(InvalidValue) in
            try old.configuration.updated(given: arguments.given)
        }
        // Else whoever may change a connection could have its secrets sent to a place of their own.
        let movesSecrets = type.fields.contains {
            $0.isDestination && old.configuration[$0.name] != configuration[$0.name]
        }
        // A new script needs a new password, because it carries the hash. What an interrupted change has left is settled
        // first: it may be a password of the other kind.
        let isMade =
            try !type.sensitiveFields.isEmpty
            && ConnectionChange(secrets: secrets.openIfThere(), store: store, actor: actor)
                .hasMadePassword(old.id, of: target.organisation)
        var given = GivenSecrets()
        for field in type.sensitiveFields {
            let file = arguments.files[field.name]
            if file == nil, isMade {
                try given.make(field, for: configuration)
            } else if file != nil || movesSecrets {
                try given.read(field, from: file)
            }
        }
        let opened = given.named.isEmpty ? try secrets.openIfThere() : try secrets.open()
        let change = try ConnectionChange(secrets: opened, store: store, actor: actor)
        // Else the script would know nothing of a password that was made, or of a rotation that is under way.
        if given.named.isEmpty { try change.requireSecretsIfMadeHere(old.id, of: target.organisation) }
        let generations = try change.keyGenerations(old, of: target.organisation)
        let updated = try WarehouseConnection(
            pending: old.id,
            configuration,
            old.publicKey.map(generations.installation),
            given.verifier,
            createdAt: old.createdAt
        )
        try change.run(old.id, of: target.organisation, from: old, to: updated, secrets: given.named) { transaction in
            try transaction.put(updated, for: target.organisation, as: .update, secrets: given.names)
        }
        try output.print(
            "\(updated.id): updated: the customer runs its set-up script again: warehousectl show",
            json: updated,
            of: target.organisation
        )
        WarehouseUsers.warnIfShared(configuration, of: target.organisation, in: store)
    }
}
