import Glibc
package import WarehouseConnections

/// The right to write a store, held by one process at a time: an exclusive flock(2) on `<store>.lock`.
///
/// Two connections that write or checkpoint at once can corrupt a WAL database in SQLite 3.7.0 to 3.51.2
/// (https://sqlite.org/wal.html, "the WAL-reset bug").
package struct WriteLock: ~Copyable {
    private let descriptor: CInt

    /// Waits up to `patience` for another writer to finish.
    package init(store: String, patience: Duration = .seconds(5)) throws(StoreError) {
        let path = companion(of: store, ".lock")
        // For its owner alone: whoever may open it could hold the lock, and with it off a revocation.
        let descriptor = try createdFile(at: path, mode: 0o600)
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                close(descriptor)
                throw .locked(store: store)
            }
            usleep(20_000)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
