import GRDB
public import WarehouseConnections

/// A connection that a change is about to make or to remove: if the change is cut off, its secrets may be too many.
public struct UnsettledConnection: Hashable, Sendable {
    /// The path of the store of connections that the change is in.
    public let store: String
    public let organisation: OrganisationID
    public let connection: ConnectionID

    public init(store: String, organisation: OrganisationID, connection: ConnectionID) {
        self.store = store
        self.organisation = organisation
        self.connection = connection
    }
}

// Only what was marked is ever removed: without the marks, a store of connections that was restored from an older backup,
// or another one given by mistake, would cost the secrets of every connection that is not in it.

extension SecretStore {
    /// Records, on the disk, that `connection` is about to be made or removed.
    public func mark(_ connection: UnsettledConnection) throws(SecretStoreError) {
        let sql = "INSERT OR IGNORE INTO unsettled (store, organisation, connection) VALUES (?, ?, ?)"
        try write { try $0.execute(sql: sql, arguments: Self.arguments(connection)) }
    }

    /// Forgets the mark. Without its connection, the secrets go in the same transaction.
    public func settle(_ connection: UnsettledConnection, exists: Bool) throws(SecretStoreError) {
        try write { database in
            if !exists { try SecretRow.delete(of: connection.organisation, connection.connection, database) }
            let sql = "DELETE FROM unsettled WHERE store = ? AND organisation = ? AND connection = ?"
            try database.execute(sql: sql, arguments: Self.arguments(connection))
        }
    }

    /// What changes in the store of connections at `store` have left unsettled.
    public func unsettled(of store: String) throws(SecretStoreError) -> [UnsettledConnection] {
        try run { database in
            let sql = "SELECT organisation, connection FROM unsettled WHERE store = ?"
            return try Row.fetchAll(database, sql: sql, arguments: [store]).map { row in
                guard let organisation = OrganisationID(try row.decode(Int64.self, atIndex: 0)),
                    let connection = ConnectionID(try row.decode(String.self, atIndex: 1))
                else { throw InvalidValue("unsettled", "breaks the store's rules") }
                return UnsettledConnection(store: store, organisation: organisation, connection: connection)
            }
        }
    }

    private static func arguments(_ connection: UnsettledConnection) -> StatementArguments {
        [connection.store, connection.organisation.rawValue, connection.connection.rawValue]
    }
}
