import SecretStore
import StoreFiles
import Sysexits
import WarehouseConnections

/// The two stores of a command that makes, changes or removes a connection, both locked until it goes.
///
/// A secret is written before its connection and the one before it removed afterwards. What an interruption leaves is a
/// secret too many, and a mark by which the next change finds and removes it.
struct ConnectionChange {
    private let secrets: SecretStore?
    private let store: String
    private let writer: any ConnectionWriter
    private let actor: String

    /// Opens both stores, the secret store always first, and settles what an interrupted change has left.
    init(secrets: SecretStore?, store: StoreOptions, actor: ActorOptions) throws {
        self.secrets = secrets
        self.store = withoutLinks(try store.path())
        writer = try store.writer()
        self.actor = actor.name
        try settle()
    }

    /// The organisation's connection, which nobody else can change as long as this is there.
    func connection(of organisation: OrganisationID) throws -> WarehouseConnection? {
        var connection: WarehouseConnection?
        try failingWithStoreErrors {
            try writer.transaction(by: actor) { connection = try $0.connection(of: organisation) }
        }
        return connection
    }

    /// The generations of the connection's key pair.
    func keyGenerations(_ connection: WarehouseConnection, of organisation: OrganisationID) throws -> KeyGenerations {
        try KeyGenerations(of: connection, organisation, in: secrets)
    }

    /// Whether this service has made the connection's password.
    func hasMadePassword(_ id: ConnectionID, of organisation: OrganisationID) throws -> Bool {
        try failingWithSecretStoreErrors { try secrets?.hasMadePassword(id, of: organisation) ?? false }
    }

    /// Throws if the connection was made here, and so has secrets, and the store of secrets is not there or has none of it.
    func requireSecretsIfMadeHere(_ id: ConnectionID, of organisation: OrganisationID) throws {
        let isMadeHere = try auditEntries(on: id, of: organisation).contains {
            [.create, .rotateKey].contains($0.action)
        }
        if isMadeHere { try requireSecrets(of: id, organisation, or: nil) }
    }

    /// Throws unless the store of secrets is open and has some of the connection.
    ///
    /// - Parameter way: what else may be given; nil for nothing.
    func requireSecrets(of id: ConnectionID, _ organisation: OrganisationID, or way: String?) throws {
        let isThere = try failingWithSecretStoreErrors {
            try secrets?.identities(of: organisation).contains { $0.connection == id }
        }
        guard isThere != true else { return }
        let place = secrets.map { "\($0.path) has no secret of it" } ?? "no store of secrets is there"
        throw ProgramFailure(
            .noInput,
            "\(id): \(place): name the store that has them with --secrets\(way.map { ", or give \($0)" } ?? "")"
        )
    }

    /// Changes the connection `id` of `organisation`: writes `given`, then runs `body` in one transaction of the
    /// connection store, then removes the secrets that were there before and are replaced or retired.
    ///
    /// - Parameters:
    ///   - before: the connection as it is; nil if `body` makes it. If it is another one by now, nothing is changed.
    ///   - after: the connection as `body` stores it; nil if `body` removes it.
    ///   - effect: what becomes of the secrets that were there before.
    ///   - version: the first of the secrets if there are none before.
    func run(
        _ id: ConnectionID,
        of organisation: OrganisationID,
        from before: WarehouseConnection?,
        to after: WarehouseConnection?,
        secrets given: [(name: SecretName, secret: Secret)],
        effect: UnsettledConnection.Effect = .replaces,
        version first: SecretVersion = .first,
        _ body: (any ConnectionTransaction) throws -> Void
    ) throws {
        // Before anything is written: what a change from another connection leaves could not be settled.
        guard try connection(of: organisation) == before else {
            throw ProgramFailure(.temporaryFailure, "the connection has just been changed: try again")
        }
        try failingWithErrorsOfBothStores {
            if let secrets, after == nil || !given.isEmpty || effect == .retires {
                let versions = try secrets.identities(of: organisation).filter { $0.connection == id }.map(\.version)
                let newest = versions.max()
                let version = effect == .retires ? newest ?? first : newest?.next ?? first
                try secrets.mark(
                    UnsettledConnection(
                        store: store,
                        organisation: organisation,
                        connection: id,
                        version: version,
                        effect: effect,
                        isRemoval: after == nil,
                        auditEntries: try auditEntries(on: id, of: organisation).count
                    )
                )
                for (name, secret) in given {
                    let secretID = SecretID(organisation: organisation, connection: id, name: name, version: version)
                    try secrets.put(secret, for: secretID)
                }
            }
            do {
                try writer.transaction(by: actor, body)
            } catch {
                try? settle()
                throw error
            }
            do {
                try settle()
            } catch let failure as ProgramFailure {
                // The change is made. What it has left of secrets does no harm, unless their end was what it was for.
                guard after == nil || effect == .retires else { return }
                throw ProgramFailure(
                    failure.exit,
                    "the change is made, but its old secrets are there until the next one: \(failure.message)"
                )
            }
        }
    }

    /// Whether the change has its entry in the audit, behind those that it found; nil if it does not say how many. In that
    /// place may be one of a test or an import, which settle nothing, but of no other change.
    private static func isMade(_ change: UnsettledConnection, _ entries: [AuditEntry]) -> Bool? {
        change.auditEntries.map { found in
            entries.dropFirst(found).first.map { ![.test, .import].contains($0.action) } ?? false
        }
    }

    private func auditEntries(on id: ConnectionID, of organisation: OrganisationID) throws -> [AuditEntry] {
        var entries: [AuditEntry] = []
        try failingWithStoreErrors {
            try writer.transaction(by: actor) { entries = try $0.auditEntries(on: id, of: organisation) }
        }
        return entries
    }

    private func settle() throws {
        try failingWithErrorsOfBothStores {
            guard let secrets else { return }
            let unsettled = try secrets.unsettled(of: store)
            guard !unsettled.isEmpty else { return }
            try writer.transaction(by: actor) { transaction in
                for change in unsettled {
                    let entries = try transaction.auditEntries(on: change.connection, of: change.organisation)
                    try secrets.settle(change, isMade: Self.isMade(change, entries))
                }
            }
        }
    }
}

/// Runs `body`; an error of either store ends the program with its line and exit code.
private func failingWithErrorsOfBothStores(_ body: () throws -> Void) throws {
    try failingWithSecretStoreErrors { try failingWithStoreErrors(body) }
}
