import GRDB
public import WarehouseConnections

/// A connection that a change is about to make, to change with its secrets, or to remove. If the change is cut off, some
/// of its secrets are too many.
public struct UnsettledConnection: Hashable, Sendable {
    /// What the change does with the secrets that were there before.
    public enum Effect: String, Sendable {
        /// New ones take the place of those for the same use.
        case replaces
        /// New ones stand beside them.
        case adds
        /// Nothing is written; of each name the newest stays.
        case retires
    }

    /// The path of the store of connections that the change is in.
    public let store: String
    public let organisation: OrganisationID
    public let connection: ConnectionID
    /// The version of the secrets that the change writes; if it writes none, that of those which stay.
    public let version: SecretVersion
    public let effect: Effect
    /// Whether the change removes the connection.
    public let isRemoval: Bool
    /// How many entries the audit had on the connection before the change; nil if an earlier version of this program has
    /// made the mark, which did not say.
    public let auditEntries: Int?

    public init(
        store: String,
        organisation: OrganisationID,
        connection: ConnectionID,
        version: SecretVersion,
        effect: Effect = .replaces,
        isRemoval: Bool = false,
        auditEntries: Int?
    ) {
        self.store = store
        self.organisation = organisation
        self.connection = connection
        self.version = version
        self.effect = effect
        self.isRemoval = isRemoval
        self.auditEntries = auditEntries
    }
}

extension UnsettledConnection {
    /// Which of `secrets` are too many.
    fileprivate func leftovers(_ secrets: [SecretID], isMade: Bool) -> [SecretID] {
        if isRemoval { return isMade ? secrets : [] }
        switch (isMade, effect) {
        case (true, .adds), (false, .retires): return []
        case (true, _):
            let uses = Set(secrets.filter { $0.version == version }.map(\.name.use))
            return secrets.filter { $0.version < version && uses.contains($0.name.use) }
        case (false, _): return secrets.filter { $0.version == version }
        }
    }
}

// Only what was marked is ever removed: without the marks, a store of connections that was restored from an older backup,
// or another one given by mistake, would cost the secrets of every connection that is not in it.

extension SecretStore {
    /// Records, on the disk, that a change is about to begin. One connection has one mark at most.
    ///
    /// Two columns have the names of what they held at first: `before` has the number of entries in the audit, and `after`
    /// is null for a removal.
    public func mark(_ change: UnsettledConnection) throws(SecretStoreError) {
        let sql = """
            INSERT OR REPLACE INTO unsettled (store, organisation, connection, version, effect, before, after)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        try write { database in
            try database.execute(
                sql: sql,
                arguments: [
                    change.store, change.organisation.rawValue, change.connection.rawValue, change.version.rawValue,
                    change.effect.rawValue, change.auditEntries.map(String.init) ?? "", change.isRemoval ? nil : "",
                ]
            )
        }
    }

    /// Forgets the mark, and removes in the same transaction what is too many: the secrets from before a change that was
    /// made, those of one that was not.
    ///
    /// - Parameter isMade: nil where there is no telling; then all stay.
    public func settle(_ change: UnsettledConnection, isMade: Bool?) throws(SecretStoreError) {
        try write { database in
            let secrets = try SecretRow.identities(of: change.organisation, database).filter { id in
                id.connection == change.connection
            }
            for id in isMade.map({ change.leftovers(secrets, isMade: $0) }) ?? [] { try SecretRow.delete(id, database) }
            let sql = "DELETE FROM unsettled WHERE store = ? AND organisation = ? AND connection = ?"
            let arguments: StatementArguments = [
                change.store, change.organisation.rawValue, change.connection.rawValue,
            ]
            try database.execute(sql: sql, arguments: arguments)
        }
    }

    /// What changes in the store of connections at `store` have left unsettled.
    public func unsettled(of store: String) throws(SecretStoreError) -> [UnsettledConnection] {
        try run { database in
            let sql = "SELECT organisation, connection, version, effect, before, after FROM unsettled WHERE store = ?"
            return try Row.fetchAll(database, sql: sql, arguments: [store]).map { row in
                guard let organisation = OrganisationID(try row.decode(Int64.self, atIndex: 0)),
                    let connection = ConnectionID(try row.decode(String.self, atIndex: 1)),
                    let version = SecretVersion(try row.decode(Int.self, atIndex: 2)),
                    let effect = UnsettledConnection.Effect(rawValue: try row.decode(String.self, atIndex: 3))
                else { throw InvalidValue("unsettled", "breaks the store's rules") }
                return UnsettledConnection(
                    store: store,
                    organisation: organisation,
                    connection: connection,
                    version: version,
                    effect: effect,
                    isRemoval: try row.decode(String?.self, atIndex: 5) == nil,
                    auditEntries: try row.decode(String?.self, atIndex: 4).flatMap { Int($0) }
                )
            }
        }
    }
}
