import ArgumentParser
import SecretStore
import Sysexits
import WarehouseConnections
import Warehouses

struct RotateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Give an organisation's connection a new key pair, without a gap; or a new password.",
        discussion: """
            1. rotate-key makes the new pair beside the old one, and a set-up script that installs it beside the old one. \
            The API shows both at the next request, as pending_customer_setup. Nothing stops: the old key still works.
            2. The customer runs the script; test signs in with the new key.
            3. rotate-key --finish removes the old private key. The customer runs the script once more, which removes \
            the old public key from their user.

            Where this service has made the password of a connection without a key pair, rotate-key makes another one in \
            its place. Nothing can sign in until the customer has run the set-up script; there is nothing to finish.
            """
    )

    @OptionGroup var target: OrganisationOption

    @Flag(help: "Retire the old key. A test with the new one must have passed.")
    var finish = false

    @Flag(help: "With --finish: even if no test has passed. Until the new key is installed, nothing can sign in.")
    var force = false

    @OptionGroup var actor: ActorOptions
    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if force, !finish { throw ValidationError("--force is for --finish") }
    }

    func run() throws {
        let change = try ConnectionChange(secrets: secrets.open(), store: store, actor: actor)
        guard let old = try change.connection(of: target.organisation) else {
            throw ProgramFailure(.no, "organisation \(target.organisation) has no warehouse connection")
        }
        let type = old.configuration.type
        let isPassword = try change.hasMadePassword(old.id, of: target.organisation)
        guard type.hasKeyPair || isPassword else {
            throw ProgramFailure(.no, "\(old.id): \(type.name) has no key pair: change its secrets with update")
        }
        // What was imported may have names that no script may be made of.
        do throws(InvalidValue) {
            try old.configuration.check()
        } catch {
            throw ProgramFailure(.dataError, "\(old.id): \(error): change it with update, or make the connection anew")
        }
        guard !isPassword else { return try replacePassword(of: old, change) }
        let generations = try change.keyGenerations(old, of: target.organisation)
        if finish { try finishRotation(of: old, generations, change) } else { try rotate(old, generations, change) }
    }

    private func rotate(_ old: WarehouseConnection, _ generations: KeyGenerations, _ change: ConnectionChange) throws {
        guard !generations.isRotating else {
            throw ProgramFailure(.cannotCreate, "\(old.id): a rotation is under way: end it with rotate-key --finish")
        }
        let version = generations.next(after: old.publicKey)
        let pair = try KeyPair()
        let key = KeyInstallation(
            pair.publicKey,
            generation: version.rawValue,
            keepsPredecessor: true,
            predecessor: old.publicKey
        )
        let rotated = try WarehouseConnection(pending: old.id, old.configuration, key, createdAt: old.createdAt)
        let secret = pair.withPrivateKey { Secret(taking: &$0) }
        try change.run(
            old.id,
            of: target.organisation,
            from: old,
            to: rotated,
            secrets: [(.privateKey, secret)],
            effect: .adds,
            version: version
        ) { try record(rotated, as: .rotateKey, $0) }
        try output.print(
            "\(old.id): new key: the customer runs its set-up script (warehousectl show), then test, then --finish",
            json: rotated,
            of: target.organisation
        )
    }

    /// A user has room for one password: the old one ends when the customer runs the script.
    private func replacePassword(of old: WarehouseConnection, _ change: ConnectionChange) throws {
        guard !finish else {
            throw ProgramFailure(.no, "\(old.id): nothing to finish: a new password has replaced the old one at once")
        }
        var given = GivenSecrets()
        for field in old.configuration.type.sensitiveFields { try given.make(field, for: old.configuration) }
        let rotated = try WarehouseConnection(
            pending: old.id,
            old.configuration,
            nil,
            given.verifier,
            createdAt: old.createdAt
        )
        try change.run(old.id, of: target.organisation, from: old, to: rotated, secrets: given.named) { transaction in
            try transaction.put(rotated, for: target.organisation, as: .rotateKey, secrets: given.names)
        }
        try output.print(
            "\(old.id): new password: nothing can sign in until the customer has run the script: warehousectl show",
            json: rotated,
            of: target.organisation
        )
    }

    private func finishRotation(
        of old: WarehouseConnection,
        _ generations: KeyGenerations,
        _ change: ConnectionChange
    ) throws {
        guard let publicKey = old.publicKey, let newest = generations.versions.last,
            generations.isRotating || newest != .first
        else {
            throw ProgramFailure(.no, "\(old.id): no rotation is under way: begin one with rotate-key")
        }
        let key = KeyInstallation(publicKey, generation: newest.rawValue)
        // After a backup of one store was put back, the newest private key may be another connection's than this.
        guard key.isIn(old.setupScript ?? "") else {
            throw ProgramFailure(
                .dataError,
                "\(old.id): the newest key in the store of secrets is not its own: put both stores back from one time"
            )
        }
        let finished = try old.with(setupScript: SetupScript(for: old.configuration, installing: key)?.text)
        // If it was done before, it only says so again.
        if generations.isRotating {
            guard force || old.status == .connected else {
                throw ProgramFailure(
                    .no,
                    "\(old.id): no test with the new key has passed: run warehousectl test, or give --force"
                )
            }
            try change.run(
                old.id,
                of: target.organisation,
                from: old,
                to: finished,
                secrets: [],
                effect: .retires
            ) { try record(finished, as: .finishRotation, $0) }
        }
        try output.print(
            "\(old.id): the old key is retired: the customer runs the set-up script once more: warehousectl show",
            json: finished,
            of: target.organisation
        )
    }

    private func record(
        _ connection: WarehouseConnection,
        as action: AuditEntry.Action,
        _ transaction: any ConnectionTransaction
    ) throws {
        try transaction.put(
            connection,
            for: target.organisation,
            as: action,
            secrets: [SecretName.privateKey.rawValue]
        )
    }
}
