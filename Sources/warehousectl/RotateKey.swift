import ArgumentParser
import SecretStore
import Sysexits
import WarehouseConnections
import Warehouses

struct RotateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Give an organisation's connection a new key pair, without a gap.",
        discussion: """
            1. rotate-key makes the new pair beside the old one, and a set-up script that installs it beside the old one. \
            The API shows both at the next request, as pending_customer_setup. Nothing stops: the old key still works.
            2. The customer runs the script; test signs in with the new key.
            3. rotate-key --finish removes the old private key. The customer runs the script once more, which removes \
            the old public key from their user.
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
        // First of all what an interrupted change has left, a rotation of this key for one.
        _ = try ConnectionChange(secrets: secrets.open(), store: store, actor: actor)
        let old = try target.connection(in: store.reader())
        let type = old.configuration.type
        guard type.hasKeyPair else {
            throw ProgramFailure(.no, "\(old.id): \(type.name) has no key pair: change its secrets with update")
        }
        if finish { try finishRotation(of: old) } else { try rotate(old) }
    }

    private func rotate(_ old: WarehouseConnection) throws {
        let pair = try KeyPair()
        let given = [(name: SecretName.privateKey, secret: pair.withPrivateKey { Secret(taking: &$0) })]
        let opened = try secrets.open()
        let generations = try KeyGenerations(of: old.id, target.organisation, in: opened)
        guard !generations.isRotating else {
            throw ProgramFailure(.cannotCreate, "\(old.id): a rotation is under way: end it with rotate-key --finish")
        }
        let rotated = try WarehouseConnection(
            pending: old.id,
            old.configuration,
            generations.nextInstallation(of: pair.publicKey),
            createdAt: old.createdAt
        )
        try change(old, to: rotated, as: .rotateKey, secrets: given, effect: .adds, in: opened)
        // One that was imported has no old key here that could be retired.
        let rest = generations.versions.isEmpty ? "then test" : "then test, then --finish"
        try output.print(
            "\(old.id): new key: the customer runs its set-up script (warehousectl show), \(rest)",
            json: rotated,
            of: target.organisation
        )
    }

    private func finishRotation(of old: WarehouseConnection) throws {
        let opened = try secrets.open()
        let generations = try KeyGenerations(of: old.id, target.organisation, in: opened)
        guard generations.isRotating, let publicKey = old.publicKey, let newest = generations.versions.last else {
            throw ProgramFailure(.no, "\(old.id): no rotation is under way: begin one with rotate-key")
        }
        guard force || old.status == .connected else {
            throw ProgramFailure(
                .no,
                "\(old.id): no test with the new key has passed: run warehousectl test, or give --force"
            )
        }
        let installation = KeyInstallation(publicKey, generation: newest.rawValue)
        let finished = try old.with(setupScript: SetupScript(for: old.configuration, installing: installation)?.text)
        try change(old, to: finished, as: .finishRotation, secrets: [], effect: .retires, in: opened)
        try output.print(
            "\(old.id): the old key is retired: the customer runs the set-up script once more: warehousectl show",
            json: finished,
            of: target.organisation
        )
    }

    private func change(
        _ old: WarehouseConnection,
        to new: WarehouseConnection,
        as action: AuditEntry.Action,
        secrets given: [(name: SecretName, secret: Secret)],
        effect: UnsettledConnection.Effect,
        in opened: SecretStore
    ) throws {
        let organisation = target.organisation
        let change = try ConnectionChange(secrets: opened, store: store, actor: actor)
        try change.run(old.id, of: organisation, from: old, to: new, secrets: given, effect: effect) { transaction in
            guard try transaction.connection(of: organisation) == old else {
                throw ProgramFailure(.temporaryFailure, "the connection has just been changed: try again")
            }
            try transaction.put(new, for: organisation, as: action, secrets: [SecretName.privateKey.rawValue])
        }
    }
}
