import GRDB
import Glibc
import StoreFiles
public import WarehouseConnections

/// Reads a store in a SQLite file, read-only, and never waits for a writer: the store is in WAL mode.
///
/// Opened at the first call and again whenever the file was replaced, has another length or failed, or when the inspector
/// says so.
public final class SQLiteReader: ConnectionReader {
    private let path: String
    private let inspector: StoreInspector?
    private var current: (database: DatabaseQueue, identity: FileIdentity, generation: Int?)?

    /// - Parameter inspector: knows what has happened to the file; nil for a reader that lives for a moment.
    public init(path: String, inspector: StoreInspector? = nil) {
        self.path = path
        self.inspector = inspector
    }

    public func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try read { try LookUp.connection(of: organisation, in: $0, path) }
    }

    public func key(_ id: KeyID) throws(StoreError) -> StoredAPIKey? {
        try read { try LookUp.key(id, in: $0, path) }
    }

    public func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws {
        let sql = "SELECT organisation, \(ConnectionRow.columns) FROM connection ORDER BY organisation"
        try forEachRow(sql) { row in
            guard let organisation = OrganisationID(try row.decode(Int64.self, atIndex: 0)) else {
                throw InvalidValue("organisation", "breaks the store's rules")
            }
            return (organisation, try ConnectionRow.decode(row, from: 1))
        } body: {
            try body($0.0, $0.1)
        }
    }

    public func forEachKey(_ body: (StoredAPIKey) throws -> Void) throws {
        let sql = "SELECT \(APIKeyRow.columns) FROM api_key ORDER BY organisation, created_at, id"
        try forEachRow(sql, decode: { try APIKeyRow.decode($0, from: 0) }, body: { if let key = $0 { try body(key) } })
    }

    public func forEachAuditEntry(
        of organisation: OrganisationID?,
        _ body: (AuditEntry) throws -> Void
    ) throws {
        // An older schema has none.
        guard try schemaVersion() >= 2 else { return }
        try forEachRow(AuditRow.select, [organisation?.rawValue], decode: { try AuditRow.decode($0) }, body: body)
    }

    public func schemaVersion() throws(StoreError) -> Int {
        try read { try LookUp.schemaVersion($0, path) }
    }

    /// Reads the whole file and throws what is wrong with its structure.
    ///
    /// Source: https://sqlite.org/pragma.html#pragma_quick_check
    public func checkFile() throws(StoreError) {
        try read { database in
            _ = try LookUp.schemaVersion(database, path)
            let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no result"
            guard finding == "ok" else { throw StoreError.damaged(store: path, reason: finding) }
        }
    }

    /// An error of `body` comes out as it is, any other as the store's.
    private func forEachRow<Element>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        decode: (Row) throws -> Element,
        body: (Element) throws -> Void
    ) throws {
        _ = try schemaVersion()
        var thrownByBody: (any Error)?
        try read { database in
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
            while let row = try rows.next() {
                let element = try decode(row)
                do {
                    try body(element)
                } catch {
                    thrownByBody = error
                    return
                }
            }
        }
        if let thrownByBody { throw thrownByBody }
    }

    private func read<Result>(
        isSecondTry: Bool = false,
        _ body: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        let identity = try FileIdentity(ofStore: path)
        let verdict = inspector?.verdict(on: identity)
        do {
            if let failure = verdict?.failure { throw failure }
            if let current, current.identity == identity, current.generation == verdict?.generation {
                return try current.database.unsafeRead(body)
            }
            current = nil
            let database = try inspector?.open() ?? Self.open(path)
            current = (database, identity, verdict?.generation)
            return try database.unsafeRead(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_MISUSE && !isSecondTry {
            // The inspector has just closed it.
            current = nil
            return try read(isSecondTry: true, body)
        } catch {
            current = nil
            throw StoreError(error, store: path)
        }
    }

    static func open(_ path: String) throws -> DatabaseQueue {
        // SQLite may go on with a descriptor of the same file that it opened when that was allowed.
        if unsafe access(path, R_OK) != 0, errno == EACCES {
            throw StoreError.unreadable(store: path, reason: unsafe String(cString: strerror(errno)))
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(0.25)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let version = try database.unsafeRead { try Schema.version(of: $0, path) }
        guard version != nil else { throw StoreError.foreign(store: path, found: StoreError.emptyFile) }
        // SQLite reads a file that was cut as if nothing were missing. In this order, because a writer may be at work:
        // once the log is empty, the file has all that was counted before.
        let expected = try database.unsafeRead { try Schema.expectedSize(of: $0) }
        let isLogEmpty = (try? FileIdentity(ofStore: companion(of: path, "-wal")).size) ?? 0 == 0
        let size = try FileIdentity(ofStore: path).size
        if isLogEmpty, size < expected {
            throw StoreError.damaged(store: path, reason: "it was cut from \(expected) to \(size) bytes")
        }
        return database
    }
}
