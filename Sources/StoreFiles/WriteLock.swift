import Glibc
package import WarehouseConnections

/// The right to write a store, held by one process at a time: an exclusive flock(2) on `<store>.lock`.
///
/// Two connections that write or checkpoint at once can corrupt a WAL database in SQLite 3.7.0 to 3.51.2
/// (https://sqlite.org/wal.html, "the WAL-reset bug").
package struct WriteLock: ~Copyable {
    private let descriptor: CInt

    /// Waits up to `patience` for another writer to finish.
    ///
    /// - Throws: ``StoreError``: `locked`, `cannotCreate`, or `unavailable` where files can't be locked.
    package init(store: String, patience: Duration = .seconds(5)) throws(StoreError) {
        let path = companion(of: store, ".lock")
        // Mode 0600: whoever can open the file can hold the lock, and so prevent a revocation.
        let descriptor: CInt
        do {
            descriptor = try asOwner(ofDirectoryOf: store) { try openOrCreate(path, mode: 0o600) }
        } catch {
            throw error as? StoreError ?? .unavailable(store: store, reason: "\(error)")
        }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code == EWOULDBLOCK, ContinuousClock.now < deadline {
                usleep(20_000)
                continue
            }
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .unavailable(store: store, reason: "\(path): \(reason(code))") }
            throw .locked(store: store)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
