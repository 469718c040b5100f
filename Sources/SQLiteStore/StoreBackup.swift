import GRDB
import Glibc
public import WarehouseConnections

/// Copies of a store: made and put back while responders read and others write.
public enum StoreBackup {
    /// How a backup was put back.
    public enum Restoration: Equatable, Sendable {
        /// There was no store.
        case created
        /// In one transaction: readers saw the store before it, then the store after it.
        case replaced
        /// The store could not be read; what was there is at this path now.
        case exchanged(kept: String)
    }

    /// Copies the store at `store`, as it stands at one moment, to `file`, which appears when it is complete, checked and
    /// on the disk. Waits for nobody.
    ///
    /// Source: https://sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
    ///
    /// - Parameter replacing: whether a file that is there already may be replaced.
    public static func make(of store: String, at file: String, replacing: Bool = false) throws(StoreError) {
        try refuseSameFile(store, file)
        let isFree = unsafe access(file, F_OK) != 0
        guard replacing || isFree else {
            throw .cannotCreate(store: file, reason: "it is there already: choose another name or give --replace")
        }
        try copy(store, to: file, mode: 0o600)
    }

    /// Puts the backup `file` in the place of all that the store at `store` holds, or makes that store.
    ///
    /// - Parameter replacing: whether there may be a store already.
    /// - Throws: ``StoreError`` of the backup if it is none or damaged, and then the store is as it was.
    public static func restore(_ file: String, to store: String, replacing: Bool) throws(StoreError) -> Restoration {
        try SQLiteReader(path: file).checkFile()
        do throws(StoreError) {
            _ = try FileIdentity(ofStore: store)
        } catch .missing {
            try copy(file, to: store, mode: 0o640)
            try SQLiteWriter(ofAnySchema: store).migrateIfOlder()
            return .created
        }
        try refuseSameFile(store, file)
        guard replacing else {
            throw .cannotCreate(
                store: store,
                reason: "there is a store already: give --replace to replace what it holds"
            )
        }
        do {
            try overwrite(store, with: file)
            return .replaced
        } catch StoreError.locked(let store) {
            throw .locked(store: store)
        } catch StoreError.foreign(let store, let found) where unsafe access(WriteLock.path(of: store), F_OK) != 0 {
            // No writer has ever been here: it is somebody else's file.
            throw .foreign(store: store, found: found)
        } catch {
            return .exchanged(kept: try exchange(store, for: file))
        }
    }

    /// Writes the pages of `file` into a store that can be opened.
    private static func overwrite(_ store: String, with file: String) throws {
        try SQLiteReader(path: store).checkFile()
        let writer = try SQLiteWriter(ofAnySchema: store)
        try SQLiteReader.open(file).backup(to: writer.database)
        try writer.migrateIfOlder()
    }

    /// Puts a copy of `file` in the place of one that is no sound store; returns where that is now.
    private static func exchange(_ store: String, for file: String) throws(StoreError) -> String {
        let lock = try WriteLock(store: store)
        let kept = store + ".damaged"
        try system(kept) { unsafe rename(store, kept) }
        // They belong to what was there: a database would be read with another one's log.
        for suffix in ["-wal", "-shm"] { unsafe unlink(store + suffix) }
        try copy(file, to: store, mode: 0o640)
        _ = consume lock
        try SQLiteWriter(ofAnySchema: store).migrateIfOlder()
        return kept
    }

    private static func copy(_ source: String, to file: String, mode: mode_t) throws(StoreError) {
        let part = file + ".part"
        let descriptor = try createdFile(at: part, mode: mode)
        defer {
            unsafe unlink(part)
            close(descriptor)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .locked(store: part) }
        // What an interrupted run has left; VACUUM INTO takes a file that is empty.
        try system(part) { ftruncate(descriptor, 0) }
        do {
            try SQLiteReader.open(source).unsafeRead { try $0.execute(sql: "VACUUM INTO ?", arguments: [part]) }
        } catch {
            throw StoreError(error, store: source)
        }
        try SQLiteReader(path: part).checkFile()
        try system(part) { fsync(descriptor) }
        try system(file) { unsafe rename(part, file) }
        syncDirectory(of: file)
    }

    private static func refuseSameFile(_ store: String, _ file: String) throws(StoreError) {
        guard let one = try? FileIdentity(ofStore: store), let other = try? FileIdentity(ofStore: file) else { return }
        guard !one.isSameFile(as: other) else {
            throw .cannotCreate(store: file, reason: "it is the store itself")
        }
    }

    private static func system(_ path: String, _ call: () -> CInt) throws(StoreError) {
        guard call() == 0 else { throw .cannotCreate(store: path, reason: unsafe String(cString: strerror(errno))) }
    }

    /// So that the new name survives a loss of power, too.
    private static func syncDirectory(of file: String) {
        let slash = file.lastIndex(of: "/")
        let descriptor = unsafe open(slash.map { String(file[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
