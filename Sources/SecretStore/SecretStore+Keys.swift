import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

// How a new key comes into use, safe against an end at any point:
//
// 1. Its public half is recorded as pending.
// 2. Its private half is written to the file, complete and on the disk when it appears.
// 3. In one transaction every secret is resealed and the pending key becomes the current one.
//
// So the current key always has a file, and a file that an interrupted run left is told from somebody else's: it holds the
// pending key. No step removes a key's file.

extension SecretStore {
    /// What ``reseal(with:to:)`` did.
    public enum Resealing: Equatable, Sendable {
        case resealed(secrets: Int)
        /// An earlier run had finished: the file's key is the store's.
        case alreadyDone
    }

    /// Makes the store at `path` and the file of its sealing key, whose fingerprint it returns; or finishes an
    /// interrupted run.
    ///
    /// Whoever loses the file loses the secrets: nothing else opens them.
    ///
    /// - Throws: ``SecretStoreError``: `alreadyInitialised`, or `cannotCreate` if one of them can't be made or `file`
    ///   was there before. What was there is as it was, and the call can be repeated.
    public static func initialise(path: String, sealingKeyFile file: String) throws(SecretStoreError) -> String {
        do {
            try refuseSidecarName(path)
            if case .none = try StorePlace(at: path) {
                guard !exists(file) else { throw SecretStoreError.cannotCreate(file: file, reason: nameIsTaken) }
                close(try asOwner(ofDirectoryOf: path) { try openOrCreate(path, mode: 0o600) })
            }
        } catch {
            throw SecretStoreError(error, store: path)
        }
        let store = try SecretStore(existing: path)
        if try store.schemaVersion() != nil, try store.run({ try SealingKeyRow.current.fetch($0) }) != nil {
            throw .alreadyInitialised(store: path)
        }
        try store.createTables()
        let key = try store.prepareKey(for: file)
        try store.putIntoFile(key)
        try store.write { try makeCurrent(key, $0) }
        return key.fingerprint
    }

    /// Makes a new sealing key in `file` and seals all secrets to it; the key `old` opens nothing here afterwards. After
    /// an interruption, the same call again finishes it.
    ///
    /// Backups from before open with `old` alone: keep it as long as them.
    ///
    /// - Throws: ``SecretStoreError``: `wrongKey`, `doesNotOpen`, or `cannotCreate` if `file` was there before. Then `old`
    ///   opens the store as before.
    public func reseal(with old: SealingKey, to file: String) throws(SecretStoreError) -> Resealing {
        let current = try currentKey()
        if old.publicKey != current, let written = try? SealingKey(contentsOf: file), written.publicKey == current {
            return .alreadyDone
        }
        try refuse(unless: old)
        let key = try prepareKey(for: file)
        let identities = try identities()
        try write { database in
            for id in identities {
                guard let secret = try SecretRow.fetch(id, database)?.open(as: id, with: old) else {
                    throw SecretStoreError.doesNotOpen(id, store: path)
                }
                let sealed = try SealedSecret(sealing: secret, of: id, to: key.publicKey)
                try SecretRow.replace(sealed, id, database)
            }
            // Last, so that no file is left behind if a secret does not open; before the commit, so that a key has one.
            try putIntoFile(key)
            try Self.makeCurrent(key, database)
        }
        return .resealed(secrets: identities.count)
    }

    /// Step 1: the key that an interrupted run has written to `file`, else a new one.
    func prepareKey(for file: String) throws(SecretStoreError) -> SealingKey {
        guard !exists(file) else {
            let pending = try run { try SealingKeyRow.pending.fetch($0) }
            guard let pending, let written = try? SealingKey(contentsOf: file), written.publicKey == pending else {
                throw .cannotCreate(file: file, reason: nameIsTaken)
            }
            return written
        }
        let key = SealingKey.random(for: file)
        try write { try SealingKeyRow.pending.put(key.publicKey, $0) }
        return key
    }

    /// Step 2.
    func putIntoFile(_ key: SealingKey) throws(SecretStoreError) {
        if asCaller({ exists(key.file) }) { try key.settle() } else { try key.write() }
    }

    /// The end of step 3.
    static func makeCurrent(_ key: SealingKey, _ database: Database) throws {
        try SealingKeyRow.current.put(key.publicKey, database)
        try SealingKeyRow.pending.delete(database)
    }

    /// Marks the empty file as a secret store before anything else is in it, and makes the tables.
    func createTables() throws(SecretStoreError) {
        try runWithoutTransaction { database in
            let isMarked = try UInt32.fetchOne(database, sql: "PRAGMA application_id") == Schema.applicationID
            if !isMarked { try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        }
        try migrate()
    }
}
