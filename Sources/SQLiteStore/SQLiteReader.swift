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
    private var current: (connection: ReadConnection, identity: FileIdentity, generation: Int?)?
    private var latestRevision = 0

    /// - Parameter inspector: knows what has happened to the file; nil for a reader that lives for a moment.
    public init(path: String, inspector: StoreInspector? = nil) {
        self.path = path
        self.inspector = inspector
    }

    public func revision() throws(StoreError) -> Int {
        let identity = try FileIdentity(ofStore: path)
        let isCurrent = current?.identity == identity && current?.generation == inspector?.generation
        if try use(isCurrent ? current?.connection : nil, { try $0.hasChanged() }) { latestRevision += 1 }
        return latestRevision
    }

    public func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try lookUp { try $0.connection(of: organisation) }
    }

    public func key(_ id: KeyID) throws(StoreError) -> StoredAPIKey? {
        try lookUp { try $0.key(id) }
    }

    public func schemaVersion() throws(StoreError) -> Int {
        _ = try revision()
        return try lookUp { try $0.schemaVersion() }
    }

    public func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws {
        let sql = "SELECT organisation, \(ConnectionRow.columns) FROM connection ORDER BY organisation"
        try forEachRow(sql) { row in
            guard let organisation = try row.integer(0).flatMap({ OrganisationID($0) }) else {
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

    /// Reads the whole file and throws what is wrong with its structure.
    ///
    /// Source: https://sqlite.org/pragma.html#pragma_quick_check
    public func checkFile() throws(StoreError) {
        try read { try Self.check($0, path) }
    }

    /// - Parameter name: what an error calls the database.
    static func check(_ database: Database, _ name: String) throws {
        _ = try LookUps(database, name).schemaVersion()
        let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no result"
        guard finding == "ok" else { throw StoreError.damaged(store: name, reason: finding) }
    }

    /// An error of `body` comes out as it is, any other as the store's.
    private func forEachRow<Element>(
        _ sql: String,
        _ arguments: StatementArguments = [],
        decode: (ResultRow) throws -> Element,
        body: (Element) throws -> Void
    ) throws {
        _ = try schemaVersion()
        var thrownByBody: (any Error)?
        try read { database in
            let statement = try database.makeStatement(sql: sql)
            let rows = try Row.fetchCursor(statement, arguments: arguments)
            while try rows.next() != nil {
                let element = try decode(unsafe ResultRow(of: statement.sqliteStatement))
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

    /// Opens the store for `body` alone.
    private func read(_ body: (Database) throws -> Void) throws(StoreError) {
        _ = try FileIdentity(ofStore: path)
        do {
            try Self.open(path).unsafeRead(body)
        } catch {
            throw StoreError(error, store: path)
        }
    }

    private func lookUp<Result: Sendable>(
        _ body: @Sendable (LookUps) throws -> Result
    ) throws(StoreError) -> Result {
        try use(current?.connection) { try $0.use(body) }
    }

    /// Uses `connection`, or else opens the store.
    private func use<Result>(
        _ connection: ReadConnection?,
        _ body: (ReadConnection) throws -> Result
    ) throws(StoreError) -> Result {
        do {
            do {
                if let connection { return try body(connection) }
            } catch is ReadConnection.Closed {
                // The inspector has just done it.
            }
            return try body(open())
        } catch {
            current = nil
            throw StoreError(error, store: path)
        }
    }

    private func open() throws -> ReadConnection {
        current = nil
        // What another file held says nothing of this one.
        latestRevision += 1
        let identity = try FileIdentity(ofStore: path)
        let verdict = inspector?.verdict(on: identity)
        if let failure = verdict?.failure { throw failure }
        let connection = try inspector?.open() ?? ReadConnection(path)
        current = (connection, identity, verdict?.generation)
        return connection
    }

    static func open(_ path: String) throws -> DatabaseQueue {
        try asOwner(ofDirectoryOf: path) { try openFiles(path) }
    }

    /// Opens all files of the store: its log and the log's index by the first statement.
    private static func openFiles(_ path: String) throws -> DatabaseQueue {
        // SQLite may go on with a descriptor of the same file that it opened when that was allowed.
        if unsafe faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0, errno == EACCES {
            throw StoreError.unreadable(store: path, reason: reason(errno))
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(0.25)
        // A megabyte of pages for each thread: what lies above the leaves of a large store. A reader may have no folder
        // that it may write, so SQLite sorts in memory.
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY")
        }
        let database = try DatabaseQueue(path: nameForSQLite(path), configuration: configuration)
        try refuseIncomplete(database, path) {
            // In this order, because a writer may be at work: once the log is empty, the file has all that was counted
            // before.
            let isLogEmpty = (try? FileIdentity(ofStore: companion(of: path, "-wal")).size) ?? 0 == 0
            let size = try FileIdentity(ofStore: path).size
            return isLogEmpty ? size : nil
        }
        return database
    }

    /// SQLite reads a file that was cut as if nothing were missing, and an empty one as a database without tables.
    ///
    /// - Parameters:
    ///   - name: what an error calls the database.
    ///   - size: of its file, in bytes; nil while its log has newer pages.
    static func refuseIncomplete(_ database: DatabaseQueue, _ name: String, size: () throws -> Int64?) throws {
        let version = try database.unsafeRead { try Schema.version(of: $0, name) }
        guard version != nil else { throw StoreError.foreign(store: name, found: StoreError.emptyFile) }
        let expected = try database.unsafeRead { try Schema.expectedSize(of: $0) }
        guard let size = try size(), size < expected else { return }
        throw StoreError.damaged(store: name, reason: "it was cut from \(expected) to \(size) bytes")
    }
}
