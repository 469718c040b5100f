import GRDB
import Glibc
import StoreFiles
public import WarehouseConnections

/// Copies of a store: made while responders read and others write.
public enum StoreBackup {
    /// Copies the store at `store`, as it stands at one moment, to `file`, which appears when it is complete, checked and
    /// on the disk. Waits for nobody.
    ///
    /// - Parameter replacing: whether an older backup may be replaced; never anything else.
    public static func make(of store: String, at file: String, replacing: Bool = false) throws(StoreError) {
        do {
            let source = try SQLiteReader.open(store)
            try kind.make(at: file, replacing: replacing) { try copy(source, of: store, to: $0, for: file) }
        } catch {
            throw StoreError(error, store: store)
        }
    }

    private static let kind = BackupKind(
        applicationID: UInt32(Schema.applicationID),
        content: "connections",
        otherAdvice: ", or - for standard output"
    )

    /// Copies the store at `store`, as it stands at one moment, to `write`, piece by piece: what a pipe or standard
    /// output gets. The store is checked first.
    ///
    /// - Parameter directory: for the copy, which has no name there.
    /// - Throws: ``StoreError``, or what `write` throws.
    public static func stream(
        _ store: String,
        through directory: String,
        to write: ([UInt8]) throws -> Void
    ) throws {
        try unnamedCopy(of: store, in: directory).forEachPiece(write)
    }

    private static func unnamedCopy(of store: String, in directory: String) throws(StoreError) -> UnnamedDatabase {
        do {
            let source = try SQLiteReader.open(store)
            let copy = try UnnamedDatabase(in: directory)
            try source.unsafeRead { source in
                try source.inTransaction(.deferred) {
                    try SQLiteReader.check(source, store)
                    do {
                        try copy.database.writeWithoutTransaction { try source.backup(to: $0) }
                    } catch let error as DatabaseError where isOfTarget(error) {
                        throw StoreError.cannotWrite(file: directory, reason: error.resultCode.description)
                    }
                    return .commit
                }
            }
            try copy.leaveWALMode()
            return copy
        } catch {
            throw StoreError(error, store: store)
        }
    }

    /// Copies the database `source` into the empty file `path`, and checks the copy.
    ///
    /// - Parameters:
    ///   - store: what an error calls the source.
    ///   - file: what an error calls the copy.
    ///
    /// Source: https://sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
    static func copy(_ source: DatabaseQueue, of store: String, to path: String, for file: String) throws {
        do {
            try source.unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [nameForSQLite(path)]) }
        } catch let error as DatabaseError where isOfTarget(error) {
            throw StoreError.cannotWrite(file: file, reason: error.message ?? error.resultCode.description)
        } catch {
            throw StoreError(error, store: store)
        }
        try SQLiteReader(path: path).checkFile()
    }

    static func system(_ path: String, _ call: () -> CInt) throws(StoreError) {
        guard call() == 0 else { throw .cannotWrite(file: path, reason: reason(errno)) }
    }

    /// Whether it was the copy that could not be written, and not the store that could not be read.
    private static func isOfTarget(_ error: DatabaseError) -> Bool {
        switch error.extendedResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE: true
        default: error.resultCode == .SQLITE_FULL || error.resultCode == .SQLITE_CANTOPEN
        }
    }
}
