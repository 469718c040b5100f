import GRDB
import StoreFiles
import WarehouseConnections

extension SecretStore {
    /// Copies the store to `file`, which appears when it is complete, checked and on the disk. Like the store, it opens
    /// with the key file alone, which is not in it.
    ///
    /// Source: https://sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
    ///
    /// - Parameter replacing: whether an older backup may be replaced; never anything else.
    public func backup(to file: String, replacing: Bool = false) throws(SecretStoreError) {
        do {
            try asOwner(ofDirectoryOf: file) {
                try checkBackupPlace(
                    file,
                    replacing: replacing,
                    applicationID: Schema.applicationID,
                    kind: "secrets"
                )
                let folder = try WorkingFolder(beside: file)
                try folder.make("backup", mode: 0o600, for: file) { _ in
                    // VACUUM INTO takes a file that is empty.
                    let copy = nameForSQLite(folder.file("backup"))
                    try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
                    try Self.check(copy)
                }
                try folder.move("backup", to: file, replacing: replacing)
            }
        } catch {
            throw SecretStoreError(error, store: file)
        }
    }

    private static func check(_ copy: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: copy, configuration: configuration)
        let finding = try database.unsafeRead { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        try database.close()
        guard finding == "ok" else { throw SecretStoreError.damaged(store: copy, reason: finding ?? "no result") }
    }
}
