import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

/// Secrets in a SQLite file of their own, each sealed to one public key; what opens them lies elsewhere.
///
/// The only user of the store among all processes for as long as it lives.
public final class SecretStore {
    public static let defaultPath = "/var/lib/warehouse-connections-secrets/secrets.sqlite"

    public let path: String
    let database: DatabaseQueue
    private let lock: WriteLock

    /// Opens the store at `path`, and migrates it if it has an older schema. Waits up to 5 s for another process.
    public convenience init(path: String) throws(SecretStoreError) {
        try self.init(path: path, patience: .seconds(5))
    }

    convenience init(path: String, patience: Duration) throws(SecretStoreError) {
        switch try StorePlace(at: path) {
        case .none: throw .missing(store: path)
        case .empty: throw .unfinished(store: path)
        case .store: try self.init(existing: path, patience: patience)
        }
        guard try schemaVersion() != nil else { throw .unfinished(store: path) }
        try migrate()
        _ = try currentKey()
    }

    /// Opens the file at `path`, which is a store or empty.
    init(existing path: String, patience: Duration = .seconds(5)) throws(SecretStoreError) {
        self.path = path
        do {
            lock = try WriteLock(store: path, patience: patience)
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { try Self.prepare($0) }
            database = try asOwner(ofDirectoryOf: path) {
                try DatabaseQueue(path: nameForSQLite(path), configuration: configuration)
            }
        } catch {
            throw SecretStoreError(error, store: path)
        }
        try checkSize()
    }

    deinit { try? database.close() }

    /// Nil as long as there are no tables.
    func schemaVersion() throws(SecretStoreError) -> Int? {
        let version = try run { try Schema.version(of: $0) }
        if let version, version > Schema.version { throw .tooNew(store: path, version: version) }
        return version
    }

    /// Makes the tables that are not there yet.
    func migrate() throws(SecretStoreError) {
        let version = try schemaVersion()
        do {
            guard version ?? 0 < Schema.version else { return }
            try asOwner(ofDirectoryOf: path) { try Schema.migrator.migrate(database) }
        } catch {
            throw SecretStoreError(error, store: path)
        }
    }

    /// Reads the whole file and throws what is wrong with its structure.
    ///
    /// Source: https://sqlite.org/pragma.html#pragma_quick_check
    public func check() throws(SecretStoreError) {
        let finding = try run { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") } ?? "no result"
        guard finding == "ok" else { throw .damaged(store: path, reason: finding) }
    }

    /// The fingerprint of the key that opens the store.
    public func keyFingerprint() throws(SecretStoreError) -> String { try currentKey().fingerprint }

    func currentKey() throws(SecretStoreError) -> PublicSealingKey {
        guard let key = try run({ try SealingKeyRow.current.fetch($0) }) else { throw .unfinished(store: path) }
        return key
    }

    /// Throws the error that names both keys unless `key` opens this store.
    public func refuse(unless key: SealingKey) throws(SecretStoreError) {
        let current = try currentKey()
        guard key.publicKey == current else {
            throw .wrongKey(
                file: key.file,
                fingerprint: key.fingerprint,
                store: path,
                expected: current.fingerprint
            )
        }
    }

    // Each change has a journal of its own, which is made when it begins: hence the owner's rights each time.

    /// One transaction.
    func write<Result>(_ body: (Database) throws -> Result) throws(SecretStoreError) -> Result {
        do {
            return try asOwner(ofDirectoryOf: path) { try database.write(body) }
        } catch {
            throw SecretStoreError(error, store: path)
        }
    }

    func runWithoutTransaction(_ body: (Database) throws -> Void) throws(SecretStoreError) {
        do {
            try asOwner(ofDirectoryOf: path) { try database.writeWithoutTransaction(body) }
        } catch {
            throw SecretStoreError(error, store: path)
        }
    }

    func run<Result>(_ body: (Database) throws -> Result) throws(SecretStoreError) -> Result {
        do {
            return try asOwner(ofDirectoryOf: path) { try database.unsafeRead(body) }
        } catch {
            throw SecretStoreError(error, store: path)
        }
    }

    /// SQLite reads a file that was cut within its last page as if nothing were missing.
    private func checkSize() throws(SecretStoreError) {
        let expected = try run { try Schema.expectedSize(of: $0) }
        guard let size = StorePlace.size(of: path), size < expected else { return }
        throw .damaged(store: path, reason: "it was cut from \(expected) to \(size) bytes")
    }

    /// - A rollback journal, not a log: once a change is committed, no file holds what was before it. Its weakness, that a
    ///   read-only reader can't finish after a kill, meets nobody: every user of the store may write it.
    /// - `synchronous=EXTRA`: with a journal, FULL may undo an acknowledged change when the power fails; if that was
    ///   ``reseal(with:to:)``, the old key may be gone.
    /// - `secure_delete`: what was deleted or replaced is overwritten with zeroes.
    private static func prepare(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA journal_mode = DELETE;
                PRAGMA synchronous = EXTRA;
                PRAGMA secure_delete = ON;
                PRAGMA temp_store = MEMORY;
                """
        )
    }
}
