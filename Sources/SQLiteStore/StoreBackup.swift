import GRDB
import Glibc
import StoreFiles
public import WarehouseConnections

/// Copies of a store: made while responders read and others write.
public enum StoreBackup {
    /// Copies the store at `store`, as it stands at one moment, to `file`, which appears when it is complete, checked and
    /// on the disk. Waits for nobody.
    ///
    /// - Parameter replacing: whether a file that is there already may be replaced; never one that is a store in use.
    public static func make(of store: String, at file: String, replacing: Bool = false) throws(StoreError) {
        if exists(file) {
            guard !["-wal", "-shm", ".lock"].contains(where: { exists(companion(of: file, $0)) }) else {
                throw .cannotCreate(store: file, reason: "it is a store, and no backup: choose another name")
            }
            guard replacing else {
                throw .cannotCreate(store: file, reason: "it is there already: choose another name or give --replace")
            }
        }
        try copy(store, to: file, mode: 0o600)
    }

    /// Copies the store at `source` to `file`, in place of what is there.
    ///
    /// Source: https://sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
    static func copy(_ source: String, to file: String, mode: mode_t) throws(StoreError) {
        let part = file + ".part"
        let descriptor = try createdFile(at: part, mode: mode)
        defer { close(descriptor) }
        guard isOwn(descriptor, part) else {
            throw .cannotCreate(store: part, reason: "somebody else has made it: remove it")
        }
        // Whoever had it before may have given it its name by now.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isNamed(part, descriptor) else { throw .locked(store: part) }
        do throws(StoreError) {
            // What an interrupted run has left; VACUUM INTO takes a file that is empty.
            try system(part) { fchmod(descriptor, mode) }
            try system(part) { ftruncate(descriptor, 0) }
            try vacuum(source, into: part, for: file)
            try SQLiteReader(path: part).checkFile()
            try system(part) { fsync(descriptor) }
            try system(file) { unsafe rename(part, file) }
        } catch {
            unsafe unlink(part)
            throw error
        }
        try? syncDirectory(of: file)
    }

    private static func vacuum(_ source: String, into part: String, for file: String) throws(StoreError) {
        do {
            try SQLiteReader.open(source).unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [part]) }
        } catch let error as DatabaseError where isOfTarget(error) {
            throw .cannotWrite(file: file, reason: error.message ?? error.resultCode.description)
        } catch {
            throw StoreError(error, store: source)
        }
    }

    private static func isNamed(_ path: String, _ descriptor: CInt) -> Bool {
        var (named, opened) = (stat(), stat())
        guard unsafe stat(path, &named) == 0, unsafe fstat(descriptor, &opened) == 0 else { return false }
        return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    static func system(_ path: String, _ call: () -> CInt) throws(StoreError) {
        guard call() == 0 else { throw .cannotWrite(file: path, reason: unsafe String(cString: strerror(errno))) }
    }

    /// Whether it was the copy that could not be written, and not the store that could not be read.
    private static func isOfTarget(_ error: DatabaseError) -> Bool {
        switch error.extendedResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_TRUNCATE: true
        default: error.resultCode == .SQLITE_FULL || error.resultCode == .SQLITE_CANTOPEN
        }
    }
}
