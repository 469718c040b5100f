import GRDB
import WarehouseConnections

/// The changes of one transaction of ``SQLiteWriter``.
struct SQLiteTransaction: ConnectionTransaction {
    let database: Database
    let path: String

    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try run { try LookUp.connection(of: organisation, in: database, path) }
    }

    func put(_ connection: WarehouseConnection, for organisation: OrganisationID) throws(StoreError) {
        try run {
            do {
                let statement = try database.cachedStatement(sql: ConnectionRow.put)
                try statement.execute(arguments: ConnectionRow.arguments(connection, of: organisation))
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw StoreError.idTaken(connection.id)
            }
        }
    }

    func add(_ key: StoredAPIKey) throws(StoreError) {
        try run { try database.execute(sql: APIKeyRow.insert, arguments: APIKeyRow.arguments(key)) }
    }

    func revokeKey(_ id: KeyID, at time: Timestamp) throws(StoreError) -> StoredAPIKey? {
        try run {
            try database.execute(sql: APIKeyRow.revoke, arguments: [time.rawValue, id.rawValue])
            return try LookUp.key(id, in: database, path)
        }
    }

    private func run<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            throw StoreError(error, store: path)
        }
    }
}
