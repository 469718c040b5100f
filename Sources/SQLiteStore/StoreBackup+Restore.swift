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
        let copy = store + ".restored"
        defer { remove(copy) }
        try prepare(copy, of: file, actor)
        switch condition {
        case .missing:
            _ = try exchange(store, for: copy, holding: lock)
            return .created
        case .sound:
            try overwrite(store, with: copy, lock)
            return .replaced
        case .foreign, .unreadable:
            return .exchanged(kept: try exchange(store, for: copy, holding: lock))
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

    /// Makes `copy` all that is to be put in the place of the store: the backup `file` in the schema of this version, and in
    /// its audit that it was restored.
    private static func prepare(_ copy: String, of file: String, _ actor: String) throws(StoreError) {
        // What an interrupted run has left: SQLite would write its log into the copy.
        remove(copy)
        try self.copy(file, to: copy, mode: 0o600)
        do {
            let writer = try SQLiteWriter(ofAnySchema: copy, WriteLock(store: copy))
            try writer.migrateIfOlder()
            try writer.write(by: actor) { try $0.recordRestore() }
        } catch {
            throw StoreError(error, store: copy)
        }
        try SQLiteReader(path: copy).checkFile()
    }
}
