import Glibc
import WarehouseConnections

/// Which file lies at a path, and how long it is. One that replaces it by rename, or that was cut, differs.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let inode: UInt64
    let size: Int64

    /// - Throws: ``StoreError``: `missing`, `unavailable`, or `foreign` if it is no file.
    init(ofStore path: String) throws(StoreError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT { throw .missing(store: path) }
            throw .unavailable(store: path, reason: unsafe String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign(store: path, found: "no file") }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
    }
}
