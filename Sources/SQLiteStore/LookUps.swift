import GRDB
import WarehouseConnections

/// The look-ups by key on one connection, prepared. Each is one statement, hence one moment: it tells whether this program
/// may read the store at all, and the row if there is one.
final class LookUps {
    private let path: String
    private let connectionOf: PreparedStatement
    private let keyCalled: PreparedStatement
    private let versions: PreparedStatement

    init(_ database: Database, _ path: String) throws {
        guard let connection = unsafe database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        self.path = path
        connectionOf = try unsafe PreparedStatement(
            """
            SELECT readable_from, organisation, \(ConnectionRow.columns) FROM store
            LEFT JOIN connection ON organisation = ?
            """,
            connection
        )
        keyCalled = try unsafe PreparedStatement(
            "SELECT readable_from, \(APIKeyRow.lookUpColumns) FROM store LEFT JOIN api_key ON id = ?",
            connection
        )
        versions = try unsafe PreparedStatement("SELECT readable_from, version FROM store", connection)
    }

    func connection(of organisation: OrganisationID) throws -> WarehouseConnection? {
        try connectionOf.row(organisation.rawValue) { row in
            let row = try readable(row)
            guard try row.integer(1) != nil else { return nil }
            return try ConnectionRow.decode(row, from: 2)
        }
    }

    func key(_ id: KeyID) throws -> StoredAPIKey? {
        try keyCalled.row(id.rawValue) { try APIKeyRow.decode(readable($0), from: 1) }
    }

    func schemaVersion() throws -> Int {
        try versions.row(nil) { try Int(readable($0).integer(1) ?? 0) }
    }

    /// - Throws: ``StoreError`` if there is no row, or one of a store that is too new.
    private func readable(_ row: ResultRow?) throws -> ResultRow {
        guard let row, let readableFrom = try row.integer(0) else {
            throw StoreError.damaged(store: path, reason: "it records no version")
        }
        guard readableFrom <= Schema.version else {
            throw StoreError.tooNew(store: path, readableFrom: Int(readableFrom))
        }
        return row
    }
}
