import GRDB
import WarehouseConnections

/// The look-ups by key. Each is one statement, hence one moment: it tells whether this program may read the store at all,
/// and the row if there is one.
enum LookUp {
    static func connection(
        of organisation: OrganisationID,
        in database: Database,
        _ path: String
    ) throws -> WarehouseConnection? {
        try row(connectionSQL, [organisation.rawValue], database, path) { row in
            guard try row.decode(Int64?.self, atIndex: 1) != nil else { return nil }
            return try ConnectionRow.decode(row, from: 2)
        }
    }

    static func key(_ id: KeyID, in database: Database, _ path: String) throws -> StoredAPIKey? {
        try row(keySQL, [id.rawValue], database, path) { try APIKeyRow.decode($0, from: 1) }
    }

    static func schemaVersion(_ database: Database, _ path: String) throws -> Int {
        try row("SELECT readable_from, version FROM store", [], database, path) { try $0.decode(Int.self, atIndex: 1) }
    }

    private static let connectionSQL = """
        SELECT readable_from, organisation, \(ConnectionRow.columns) FROM store LEFT JOIN connection ON organisation = ?
        """
    private static let keySQL =
        "SELECT readable_from, \(APIKeyRow.lookUpColumns) FROM store LEFT JOIN api_key ON id = ?"

    private static func row<Result>(
        _ sql: String,
        _ arguments: StatementArguments,
        _ database: Database,
        _ path: String,
        _ decode: (Row) throws -> Result
    ) throws -> Result {
        let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
        // A row is valid as long as its cursor.
        return try withExtendedLifetime(rows) {
            guard let row = try rows.next() else {
                throw StoreError.damaged(store: path, reason: "it records no version")
            }
            let readableFrom = try row.decode(Int.self, atIndex: 0)
            guard readableFrom <= Schema.version else {
                throw StoreError.tooNew(store: path, readableFrom: readableFrom)
            }
            return try decode(row)
        }
    }
}
