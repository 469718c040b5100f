import Glibc
import WarehouseConnections

/// The right to write a store, held by one process at a time: an exclusive flock(2) on `<store>.lock`.
///
/// Two connections that write or checkpoint at once can corrupt a WAL database in SQLite 3.7.0 to 3.51.2
/// (https://sqlite.org/wal.html, "the WAL-reset bug").
struct WriteLock: ~Copyable {
    private let descriptor: CInt

    /// Waits up to `patience` for another writer to finish.
    init(store: String, patience: Duration = .seconds(5)) throws(StoreError) {
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

/// Opens the file at `path` for writing. One that was not there gets `mode`, whatever the umask; when root makes it, it
/// belongs to the owner of its directory, who could not use root's.
func createdFile(at path: String, mode: mode_t) throws(StoreError) -> CInt {
    var descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    if descriptor >= 0 {
        fchmod(descriptor, mode)
        var directory = stat()
        let slash = path.lastIndex(of: "/")
        if geteuid() == 0, unsafe stat(slash.map { String(path[...$0]) } ?? ".", &directory) == 0 {
            fchown(descriptor, directory.st_uid, gid_t.max)
        }
    } else if errno == EEXIST {
        descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw .cannotCreate(store: path, reason: unsafe String(cString: strerror(errno))) }
    return descriptor
}
