import SecretStore
import StoreFiles
import Sysexits
import WarehouseConnections

/// The two stores of a command that makes, changes or removes a connection, both locked until it goes.
///
/// A secret is written before its connection and removed after it. What an interruption leaves is a secret without a
/// connection, and a mark by which the next change finds and removes it.
struct ConnectionChange {
    let secrets: SecretStore?
    private let store: String
    private let writer: any ConnectionWriter
    private let actor: String

    /// - Parameter secrets: the secret store is always locked first.
    init(secrets: SecretStore?, store: StoreOptions, actor: ActorOptions) throws(ProgramFailure) {
        self.secrets = secrets
        self.store = withoutLinks(try store.path())
        writer = try store.writer()
        self.actor = actor.name
    }

    /// Runs `body` in one transaction of the connection store.
    func run(_ body: (any ConnectionTransaction) throws -> Void) throws {
        try failingWithSecretStoreErrors {
            try failingWithStoreErrors {
                try writer.transaction(by: actor) { transaction in
                    for unsettled in try secrets?.unsettled(of: store) ?? [] {
                        let connection = try transaction.connection(of: unsettled.organisation)
                        try secrets?.settle(unsettled, exists: connection?.id == unsettled.connection)
                    }
                    try body(transaction)
                }
            }
        }
    }

    /// Runs `body` in one transaction that makes the connection `id` of `organisation`, or removes it.
    func run(
        making exists: Bool,
        _ id: ConnectionID,
        of organisation: OrganisationID,
        _ body: (any ConnectionTransaction) throws -> Void
    ) throws {
        let unsettled = UnsettledConnection(store: store, organisation: organisation, connection: id)
        try run { transaction in
            try secrets?.mark(unsettled)
            try body(transaction)
        }
        try failingWithSecretStoreErrors { try secrets?.settle(unsettled, exists: exists) }
    }
}
