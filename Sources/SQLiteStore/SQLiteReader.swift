import GRDB
public import WarehouseConnections

/// Reads a store in a SQLite file, read-only, and never waits for a writer: the store is in WAL mode.
///
/// Opened at the first call and again whenever the file was replaced or failed.
public final class SQLiteReader: ConnectionReader {
    private let path: String
    private var current: (database: DatabaseQueue, identity: FileIdentity)?

    public init(path: String) {
        self.path = path
    }

    public func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try read { database in try Self.connection(of: organisation, in: database, path) }
    }

    public func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws {
        try checkReadable()
        var thrownByBody: (any Error)?
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT organisation, \(ConnectionRow.columns) FROM connection ORDER BY organisation"
            )
            while let row = try rows.next() {
                guard let organisation = OrganisationID(try row.decode(Int64.self, atIndex: 0)),
                    let connection = try ConnectionRow.decode(row, from: 1)
                else { throw StoreError.damaged(store: path, reason: "a row without organisation or id") }
                do {
                    try body(organisation, connection)
                } catch {
                    thrownByBody = error
                    return
                }
            }
        }
        if let thrownByBody { throw thrownByBody }
    }

    public func checkReadable() throws(StoreError) {
        try read { database in
            let row = try Row.fetchOne(database.cachedStatement(sql: "SELECT readable_from FROM store"))
            try Self.checkVersion(row, path)
        }
    }

    /// One statement, hence one moment: the version that this program may read, and the connection if there is one.
    static func connection(
        of organisation: OrganisationID,
        in database: Database,
        _ path: String
    ) throws -> WarehouseConnection? {
        let statement = try database.cachedStatement(sql: lookUp)
        let rows = try Row.fetchCursor(statement, arguments: [organisation.rawValue])
        // A row is valid as long as its cursor.
        return try withExtendedLifetime(rows) {
            let row = try rows.next()
            try checkVersion(row, path)
            return try row.flatMap { try ConnectionRow.decode($0, from: 1) }
        }
    }

    private static let lookUp = """
        SELECT readable_from, \(ConnectionRow.columns) FROM store LEFT JOIN connection ON organisation = ?
        """

    private static func checkVersion(_ row: Row?, _ path: String) throws {
        guard let row else { throw StoreError.damaged(store: path, reason: "it records no version") }
        let readableFrom = try row.decode(Int.self, atIndex: 0)
        guard readableFrom <= Schema.version else { throw StoreError.tooNew(store: path, readableFrom: readableFrom) }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        let identity = try FileIdentity(ofStore: path)
        do {
            if let current, current.identity == identity { return try current.database.unsafeRead(body) }
            let database = try Self.open(path)
            current = (database, identity)
            return try database.unsafeRead(body)
        } catch {
            current = nil
            throw StoreError(error, store: path)
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(0.25)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let version = try database.unsafeRead { try Schema.version(of: $0, path) }
        guard version != nil else { throw StoreError.foreign(store: path, found: "an empty file") }
        return database
    }
}
