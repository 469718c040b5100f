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
        let kind = BackupKind(applicationID: Schema.applicationID, content: "secrets")
        do {
            try kind.make(at: file, replacing: replacing) { copy in
                do {
                    let name = nameForSQLite(copy)
                    try database.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [name]) }
                } catch let error as DatabaseError where [.SQLITE_FULL, .SQLITE_CANTOPEN].contains(error.resultCode) {
                    let reason = error.message ?? error.resultCode.description
                    throw SecretStoreError.cannotCreate(file: file, reason: reason)
                } catch {
                    throw SecretStoreError(error, store: path)
                }
                try Self.check(copy)
            }
        } catch {
            throw SecretStoreError(error, store: file)
        }
    }

    private static func check(_ copy: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: nameForSQLite(copy), configuration: configuration)
        let finding = try database.unsafeRead { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        try database.close()
        guard finding == "ok" else { throw SecretStoreError.damaged(store: copy, reason: finding ?? "no result") }
    }
}
