import GRDB
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
        if let one = try? FileIdentity(ofStore: store), let other = try? FileIdentity(ofStore: file) {
            guard !one.isSameFile(as: other) else { throw .badBackup(file: file, problem: "it is the store itself") }
        }
        let backup: DatabaseQueue
        do {
            _ = try FileIdentity(ofStore: file)
            backup = try SQLiteReader.open(file)
        } catch {
            throw badBackup(error, file)
        }
        return try restore(backup, called: file, to: store, replacing: replacing, by: actor)
    }

    /// As ``restore(_:to:replacing:by:)``, from what `next` returns piece by piece until that is empty.
    ///
    /// - Parameters:
    ///   - name: what errors call the backup.
    ///   - directory: for a copy of it, which has no name there.
    public static func restore(
        from next: () throws -> [UInt8],
        called name: String,
        through directory: String,
        to store: String,
        replacing: Bool,
        by actor: String
    ) throws -> Restoration {
        let backup = try UnnamedDatabase(in: directory)
        try backup.fill(from: next)
        do {
            try backup.leaveWALMode()
            try SQLiteReader.refuseIncomplete(backup.database, name) { backup.size }
        } catch {
            throw badBackup(error, name)
        }
        return try restore(backup.database, called: name, to: store, replacing: replacing, by: actor)
    }

    private static func restore(
        _ backup: DatabaseQueue,
        called name: String,
        to store: String,
        replacing: Bool,
        by actor: String
    ) throws(StoreError) -> Restoration {
        do {
            try backup.unsafeRead { try SQLiteReader.check($0, name) }
        } catch {
            throw badBackup(error, name)
        }
        do {
            return try asOwner(ofDirectoryOf: store) {
                try put(backup, called: name, into: withoutLinks(store), replacing: replacing, by: actor)
            }
        } catch {
            throw StoreError(error, store: store)
        }
    }

    private static func put(
        _ backup: DatabaseQueue,
        called name: String,
        into store: String,
        replacing: Bool,
        by actor: String
    ) throws -> Restoration {
        try refuseSidecarName(store)
        // Without a lock beside it no writer has ever been here: it is somebody else's file.
        if !exists(companion(of: store, ".lock")), case .foreign(let found) = try condition(of: store) {
            throw StoreError.foreign(store: store, found: found)
        }
        let lock = try WriteLock(store: store)
        let condition = try condition(of: store)
        guard replacing || condition == .missing else {
            throw StoreError.cannotCreate(
                store: store,
                reason: "there is a store already: give --replace to replace what it holds"
            )
        }
        let folder = try WorkingFolder(beside: store)
        try prepare(folder, backup, called: name, for: store, by: actor)
        switch condition {
        case .missing:
            _ = try exchange(store, for: folder, holding: lock)
            return .created
        case .sound:
            try overwrite(store, with: folder.file, lock)
            return .replaced
        case .foreign, .unreadable:
            return .exchanged(kept: try exchange(store, for: folder, holding: lock))
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

    private static func badBackup(_ error: any Error, _ name: String) -> StoreError {
        switch StoreError(error, store: name) {
        case .missing: .missingBackup(file: name)
        case let error: .badBackup(file: name, problem: error.problem)
        }
    }

    /// Makes, in `folder`, all that is to be put in the place of the store: `backup` in the schema of this version, and in
    /// its audit that it was restored.
    private static func prepare(
        _ folder: borrowing WorkingFolder,
        _ backup: DatabaseQueue,
        called name: String,
        for store: String,
        by actor: String
    ) throws {
        // Readers of the store's group must be able to open it.
        let path = folder.file
        try folder.make(mode: 0o640, for: store) { _ in try copy(backup, of: name, to: path, for: store) }
        let writer = try SQLiteWriter(ofAnySchema: path, WriteLock(store: path))
        try writer.migrateIfOlder()
        try writer.write(by: actor) { try $0.recordRestore() }
        try SQLiteReader(path: path).checkFile()
    }
}
