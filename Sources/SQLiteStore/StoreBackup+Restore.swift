import GRDB
import Glibc
import StoreFiles
public import WarehouseConnections

extension StoreBackup {
    /// How a backup was put back.
    public enum Restoration: Equatable, Sendable {
        /// There was no store.
        case created
        /// In one transaction: readers saw the store before it, then the store after it.
        case replaced
        /// The store could not be read; what was there is at this path now.
        case exchanged(kept: String)
    }

    /// Puts the backup `file` in the place of all that the store at `store` holds, or makes that store.
    ///
    /// - Parameters:
    ///   - replacing: whether there may be a store already.
    ///   - actor: who does it: the audit, which is the backup's now, says so.
    /// - Throws: ``StoreError/badBackup(file:problem:)``, ``StoreError/missingBackup(file:)``, or what is wrong with the
    ///   store; then it is as it was.
    public static func restore(
        _ file: String,
        to store: String,
        replacing: Bool,
        by actor: String
    ) throws(StoreError) -> Restoration {
        let store = withoutLinks(store)
        try checkBackup(file)
        if let one = try? FileIdentity(ofStore: store), let other = try? FileIdentity(ofStore: file) {
            guard !one.isSameFile(as: other) else { throw .badBackup(file: file, problem: "it is the store itself") }
        }
        // Without a lock beside it no writer has ever been here: it is somebody else's file.
        if !exists(companion(of: store, ".lock")), case .foreign(let found) = try condition(of: store) {
            throw .foreign(store: store, found: found)
        }
        let lock = try WriteLock(store: store)
        let condition = try condition(of: store)
        guard replacing || condition == .missing else {
            throw .cannotCreate(
                store: store,
                reason: "there is a store already: give --replace to replace what it holds"
            )
        }
        switch condition {
        case .missing:
            _ = try exchange(store, for: file, lock, actor)
            return .created
        case .sound:
            try overwrite(store, with: file, lock, actor)
            return .replaced
        case .foreign, .unreadable:
            return .exchanged(kept: try exchange(store, for: file, lock, actor))
        }
    }

    private enum Condition: Equatable {
        case missing
        case sound
        case foreign(found: String)
        /// Damaged, or of a schema that is too new.
        case unreadable
    }

    /// - Throws: what hinders a look, such as a lack of permission, and says nothing about the store.
    private static func condition(of store: String) throws(StoreError) -> Condition {
        do throws(StoreError) {
            try SQLiteReader(path: store).checkFile()
            return .sound
        } catch .missing {
            return .missing
        } catch .foreign(_, let found) {
            return .foreign(found: found)
        } catch .damaged {
            return .unreadable
        } catch .tooNew {
            return .unreadable
        }
    }

    private static func checkBackup(_ file: String) throws(StoreError) {
        do throws(StoreError) {
            try SQLiteReader(path: file).checkFile()
        } catch .missing {
            throw .missingBackup(file: file)
        } catch {
            throw .badBackup(file: file, problem: error.problem)
        }
    }

    /// Writes the pages of `file` into a sound store, and with them that it was restored: in one transaction.
    private static func overwrite(
        _ store: String,
        with file: String,
        _ lock: consuming WriteLock,
        _ actor: String
    ) throws(StoreError) {
        let prepared = store + ".restored"
        try copy(file, to: prepared, mode: 0o600)
        defer { for suffix in ["", "-wal", "-shm", ".lock"] { unsafe unlink(prepared + suffix) } }
        try record(SQLiteWriter(ofAnySchema: prepared, WriteLock(store: prepared)), prepared, actor)
        let writer = try SQLiteWriter(ofAnySchema: store, lock)
        do {
            try SQLiteReader.open(prepared).backup(to: writer.database)
        } catch {
            throw StoreError(error, store: store)
        }
        do throws(StoreError) {
            try SQLiteReader(path: store).checkFile()
        } catch {
            // The store is replaced, whatever else hinders a look at it.
            if case .damaged = error { throw error }
        }
    }

    /// Puts a copy of `file` in the place of what is there; returns where that is now.
    private static func exchange(
        _ store: String,
        for file: String,
        _ lock: consuming WriteLock,
        _ actor: String
    ) throws(StoreError) -> String {
        let copy = store + ".restored"
        try self.copy(file, to: copy, mode: 0o640)
        // All that may fail for want of space has been done. What is kept keeps its log; and no log stays, or SQLite would
        // write it into the copy.
        let kept = freeName(store + ".damaged")
        for suffix in ["", "-wal", "-shm"] where exists(store + suffix) {
            try system(store) { unsafe rename(store + suffix, kept + suffix) }
        }
        try? syncDirectory(of: store)
        try system(store) { unsafe rename(copy, store) }
        try? syncDirectory(of: store)
        try record(SQLiteWriter(ofAnySchema: store, lock), store, actor)
        try SQLiteReader(path: store).checkFile()
        return kept
    }

    /// Writes into what was restored that it was, in the schema of this version.
    private static func record(_ writer: SQLiteWriter, _ store: String, _ actor: String) throws(StoreError) {
        try writer.migrateIfOlder()
        do {
            try writer.write(by: actor) { try $0.recordRestore() }
        } catch {
            throw StoreError(error, store: store)
        }
    }

    private static func freeName(_ name: String) -> String {
        var candidate = name
        var number = 1
        while ["", "-wal", "-shm"].contains(where: { exists(candidate + $0) }) {
            number += 1
            candidate = "\(name)-\(number)"
        }
        return candidate
    }
}
