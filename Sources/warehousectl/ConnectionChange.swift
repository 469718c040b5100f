import SecretStore
import Sysexits
import WarehouseConnections

/// The two stores of a command that makes, changes or removes a connection, both locked until it goes.
///
/// A secret is written before its connection and removed after it. So what an interruption leaves is a secret without a
/// connection, which the next change removes.
struct ConnectionChange {
    let secrets: SecretStore?
    private let writer: any ConnectionWriter
    private let actor: String

    /// - Parameter secrets: the secret store is always locked first.
    init(secrets: SecretStore?, store: StoreOptions, actor: ActorOptions) throws(ProgramFailure) {
        self.secrets = secrets
        writer = try store.writer()
        self.actor = actor.name
    }

    /// Runs `body` in one transaction of the connection store.
    func run(_ body: (any ConnectionTransaction) throws -> Void) throws {
        try failingWithSecretStoreErrors {
            try failingWithStoreErrors {
                try writer.transaction(by: actor) { transaction in
                    try removeOrphans(transaction)
                    try body(transaction)
                }
            }
        }
    }

    private func removeOrphans(_ transaction: any ConnectionTransaction) throws {
        guard let secrets else { return }
        for id in try secrets.identities() {
            let connection = try transaction.connection(of: id.organisation)
            if connection?.id != id.connection { try secrets.delete(id) }
        }
    }
}
