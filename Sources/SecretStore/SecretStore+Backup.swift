import GRDB
import Glibc
import StoreFiles

extension SecretStore {
    /// Copies the store to `file`, which appears when it is complete, checked and on the disk. Like the store, it opens
    /// with the key file alone, which is not in it.
    ///
    /// Source: https://sqlite.org/lang_vacuum.html, "VACUUM with an INTO clause".
    ///
    /// - Parameter replacing: whether a file that is there already may be replaced; never one that is a store in use.
    public func backup(to file: String, replacing: Bool = false) throws(SecretStoreError) {
        if Self.exists(file) {
            guard ![".lock", "-journal", "-wal"].contains(where: { Self.exists(companion(of: file, $0)) }) else {
                throw .cannotCreate(file: file, reason: "it is a store, and no backup: choose another name")
            }
            guard case .store = try StorePlace(at: file) else {
                throw .cannotCreate(file: file, reason: "it is there already, and no backup of secrets")
            }
            guard replacing else {
                throw .cannotCreate(file: file, reason: "it is there already: choose another name or give --replace")
            }
        }
        let part = file + ".part"
        unsafe unlink(part)
        let descriptor = unsafe Glibc.open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotCreate(file, errno) }
        defer {
            unsafe unlink(part)
            close(descriptor)
        }
        guard fchmod(descriptor, 0o600) == 0 else { throw .cannotCreate(file, errno) }
        // VACUUM INTO takes a file that is empty.
        try runWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [part]) }
        try Self.checkCopy(part)
        guard fsync(descriptor) == 0, unsafe rename(part, file) == 0 else { throw .cannotCreate(file, errno) }
        do {
            try syncDirectory(of: file)
        } catch {
            throw SecretStoreError(error, store: file)
        }
    }

    private static func checkCopy(_ part: String) throws(SecretStoreError) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let copy = try DatabaseQueue(path: part, configuration: configuration)
            let finding = try copy.unsafeRead { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
            try copy.close()
            guard finding == "ok" else { throw SecretStoreError.damaged(store: part, reason: finding ?? "no result") }
        } catch {
            throw SecretStoreError(error, store: part)
        }
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }
}
