import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// What SQLite notes of the latest transaction in the memory that all connections to a database share, and compares itself
/// to find out whether there is a later one.
///
/// `PRAGMA data_version` tells the same for a lock and its release on the way, which cost as much as all else that a
/// look-up in memory does. Source: https://sqlite.org/walformat.html#the_wal_index_header
@safe struct WALIndexHeader {
    /// Two copies of 48 bytes, which a writer changes one after the other.
    private static let size = 96
    private let shared: UnsafeRawPointer?
    private var seen = [UInt8](repeating: 0, count: size)

    /// That of an open database. It must not be asked any more when that is closed.
    init(_ database: Database) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var start: UnsafeMutableRawPointer?
        // For a database in another mode SQLite would make the memory's file.
        if try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal" {
            _ = unsafe sqlite3_file_control(database.sqliteConnection, nil, SQLITE_FCNTL_FILE_POINTER, &file)
            // What is mapped already comes back as it is.
            _ = unsafe file?.pointee.pMethods?.pointee.xShmMap?(file, 0, 32_768, 0, &start)
        }
        unsafe shared = UnsafeRawPointer(start)
    }

    /// Whether it is another one than at the last call; always where there is none.
    mutating func hasChanged() -> Bool {
        guard let shared = unsafe shared else { return true }
        atomicMemoryFence(ordering: .acquiring)
        return unsafe seen.withUnsafeMutableBytes { seen in
            guard let start = seen.baseAddress, unsafe memcmp(start, shared, Self.size) != 0 else { return false }
            unsafe memcpy(start, shared, Self.size)
            return true
        }
    }
}
