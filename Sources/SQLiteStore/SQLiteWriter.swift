import GRDB
import GRDBSQLite
import Glibc
import StoreFiles
public import WarehouseConnections

/// Writes a store in a SQLite file: the only writer among all processes for as long as it lives.
public final class SQLiteWriter: ConnectionWriter {
    /// What ``initialise(path:)`` found.
    public enum Initialisation: Equatable, Sendable {
        case created
        case migrated(from: Int)
        case upToDate
    }

    let database: DatabaseQueue
    private let path: String
    private let lock: WriteLock

    /// Opens the store at `path`, which must have the current schema. Waits up to 5 s for another writer.
    public convenience init(path: String) throws(StoreError) {
        _ = try FileIdentity(ofStore: path)
        try Self.refuseForeignFile(at: path)
        try self.init(path: path, lock: WriteLock(store: path), mayBeEmpty: false)
        switch try run({ try Schema.version(of: $0, path) }) {
        case Schema.version: return
        case .some(let version) where version > Schema.version:
            throw .tooNew(store: path, readableFrom: version)
        default: throw .needsMigration(store: path)
        }
    }

    /// Opens the store at `path` whatever its schema.
    convenience init(ofAnySchema path: String, _ lock: consuming WriteLock) throws(StoreError) {
        try self.init(path: path, lock: lock, mayBeEmpty: false)
    }

    /// Creates the store at `path`, or migrates the one that is there to the current schema.
    public static func initialise(path: String) throws(StoreError) -> Initialisation {
        do {
            return try asOwner(ofDirectoryOf: path) { try initialised(path) }
        } catch {
            throw StoreError(error, store: path)
        }
    }

    private static func initialised(_ path: String) throws(StoreError) -> Initialisation {
        try refuseSidecarName(path)
        do throws(StoreError) {
            if try FileIdentity(ofStore: path).size > 0 { try refuseForeignFile(at: path) }
        } catch .missing {
            // SQLite gives its -wal and -shm files the mode of the database.
            close(try openOrCreate(path, mode: 0o640))
        }
        let lock = try WriteLock(store: path)
        let writer = try SQLiteWriter(path: path, lock: lock, mayBeEmpty: true)
        let before = try writer.run { try Schema.version(of: $0, path) }
        if let before, before > Schema.version { throw .tooNew(store: path, readableFrom: before) }
        try writer.migrateIfOlder()
        switch before {
        case nil: return .created
        case Schema.version: return .upToDate
        case .some(let version): return .migrated(from: version)
        }
    }

    /// A newer schema, of a store that this program may still read, stays as it is.
    func migrateIfOlder() throws(StoreError) {
        do {
            if try database.read({ try Schema.version(of: $0, path) }) ?? 0 < Schema.version {
                try Schema.migrator.migrate(database)
            }
        } catch {
            throw StoreError(error, store: path)
        }
    }

    /// Nothing is made beside a file that is somebody else's, not even a lock.
    private static func refuseForeignFile(at path: String) throws(StoreError) {
        do {
            _ = try SQLiteReader.open(path)
        } catch StoreError.foreign(let store, let found) where found != StoreError.emptyFile {
            throw .foreign(store: store, found: found)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw StoreError(error, store: path)
        } catch {
            // Whatever else is wrong shows when it is opened for writing.
        }
    }

    private init(path: String, lock: consuming WriteLock, mayBeEmpty: Bool) throws(StoreError) {
        self.path = path
        self.lock = lock
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // Before anything is written: the file may be somebody else's.
            guard try Schema.version(of: database, path) != nil || mayBeEmpty else {
                throw StoreError.foreign(store: path, found: StoreError.emptyFile)
            }
            try Self.prepare(database, path)
        }
        do {
            database = try asOwner(ofDirectoryOf: path) {
                try DatabaseQueue(path: nameForSQLite(path), configuration: configuration)
            }
        } catch {
            throw StoreError(error, store: path)
        }
    }

    deinit {
        // Moves the log into the database. It waits for look-ups; a backup may prevent it: the next writer does it.
        _ = try? database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA busy_timeout = 200")
            try database.checkpoint(.truncate)
        }
        try? database.close()
    }

    public func transaction(by actor: String, _ body: (any ConnectionTransaction) throws -> Void) throws {
        try write(by: actor) { try body($0) }
    }

    func write(by actor: String, _ body: (SQLiteTransaction) throws -> Void) throws {
        guard let time = Timestamp() else {
            throw StoreError.unavailable(store: path, reason: "the clock is beyond the year 9999")
        }
        do {
            try database.write { database in
                try body(SQLiteTransaction(database, path, by: actor, at: time))
            }
        } catch let error as DatabaseError {
            throw StoreError(error, store: path)
        }
    }

    private func run<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try database.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error, store: path)
        }
    }

    /// - WAL: readers never wait for the writer; kept after the last close, because a read-only reader can't make it.
    /// - `synchronous=FULL`: an acknowledged change survives a loss of power.
    /// - No automatic checkpoint: it happens under the write lock alone.
    /// - 64 MiB of cache, and statement journals in memory: an import would write each page several times.
    private static func prepare(_ database: Database, _ path: String) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else { throw StoreError.unavailable(store: path, reason: StoreError.noWALMode) }
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA cache_size = -65536;
                PRAGMA temp_store = MEMORY;
                """
        )
        var keep: CInt = 1
        let code = unsafe sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_PERSIST_WAL, &keep)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
