public import ArgumentParser
import Foundation
import SecretStore
import Sysexits
public import WarehouseConnections
import Warehouses

struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an organisation's connection: its key pair, its set-up script, its sealed secrets.",
        usage: "warehousectl create --organisation <organisation> [--type <type>] --<field> <value> ...",
        discussion: """
            The API serves it at the next request, as pending_customer_setup, until the customer has run its set-up \
            script (warehousectl show) and a test has passed. What is secret goes into the store of secrets alone. A \
            password that is not given is made here: the set-up script then gives it to the warehouse's user, as a hash.

            \(FieldArguments.help(creating: true))
            """
    )

    @OptionGroup var target: OrganisationOption

    @Option(help: "The kind of warehouse: \(WarehouseType.all.map(\.name).joined(separator: " or ")).")
    var type = WarehouseType.snowflake

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var fields: [String] = []

    @OptionGroup var actor: ActorOptions
    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let arguments = try FieldArguments(fields, of: type)
        let configuration = try failingWithInvalidOptions { () throws(InvalidValue) in
            try WarehouseConfiguration(creating: type, given: arguments.given)
        }
        let organisation = target.organisation
        // Before a password is asked for and a key pair made, and once more under the lock.
        try failingWithStoreErrors { try refuseSecond(store.reader().connection(of: organisation)) }
        _ = try secrets.open()
        var given = GivenSecrets()
        for field in type.sensitiveFields {
            if let file = arguments.files[field.name] {
                try given.read(field, from: file)
            } else {
                try given.make(field, for: configuration)
            }
        }
        var publicKey: PublicKey?
        if type.hasKeyPair {
            let pair = try KeyPair()
            publicKey = pair.publicKey
            given.add(pair.withPrivateKey { Secret(taking: &$0) }, as: .privateKey)
        }
        let id = ConnectionID.random()
        let created = try WarehouseConnection(
            pending: id,
            configuration,
            publicKey.map { KeyInstallation($0) },
            given.verifier
        )
        let change = try ConnectionChange(secrets: secrets.open(), store: store, actor: actor)
        try refuseSecond(change.connection(of: organisation))
        try change.run(id, of: organisation, from: nil, to: created, secrets: given.named) { transaction in
            try transaction.put(created, for: organisation, as: .create, secrets: given.names)
        }
        try output.print(
            "\(id): created for organisation \(organisation): the customer runs its set-up script: warehousectl show",
            json: created,
            of: organisation
        )
        WarehouseUsers.warnIfShared(configuration, of: organisation, in: store)
    }

    private func refuseSecond(_ existing: WarehouseConnection?) throws(ProgramFailure) {
        guard let existing else { return }
        throw ProgramFailure(
            .cannotCreate,
            "organisation \(target.organisation) has the connection \(existing.id): change it with update, or delete it"
        )
    }
}

extension WarehouseType: ExpressibleByArgument {
    public init?(argument: String) {
        guard let type = WarehouseType.named(argument) else { return nil }
        self = type
    }

    public var defaultValueDescription: String { name }
}

extension WarehouseConnection {
    /// A connection that nobody has tested, with the set-up script that its configuration needs.
    ///
    /// - Parameter createdAt: nil for now.
    init(
        pending id: ConnectionID,
        _ configuration: WarehouseConfiguration,
        _ key: KeyInstallation?,
        _ password: PasswordVerifier? = nil,
        createdAt: Timestamp? = nil
    ) throws {
        guard let createdAt = createdAt ?? Timestamp() else { throw ProgramFailure(.ioError, "the clock has no time") }
        try self.init(
            id: id,
            status: .pendingCustomerSetup,
            configuration: configuration,
            publicKey: key?.publicKey,
            setupScript: SetupScript(for: configuration, installing: key, password: password)?.text,
            createdAt: createdAt,
            lastTestedAt: nil,
            lastError: nil
        )
    }
}

/// Runs `body`; an invalid value of a field ends the program as a usage error that names the field's option.
func failingWithInvalidOptions<Result>(_ body: () throws(InvalidValue) -> Result) throws(ProgramFailure) -> Result {
    do throws(InvalidValue) {
        return try body()
    } catch {
        let option = error.member.replacing("config.", with: "").replacing("_", with: "-")
        throw ProgramFailure(.usage, "--\(option) \(error.problem)")
    }
}
