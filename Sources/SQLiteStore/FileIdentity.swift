import Glibc
import WarehouseConnections

/// Which file lies at a path, and how long it is. One that replaces it by rename, or that was cut, differs.
struct FileIdentity: Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64

    /// - Throws: ``StoreError``: `missing`, `unavailable`, or `foreign` if it is no file.
    init(ofStore path: String) throws(StoreError) {
        self = try FileState(ofStore: path).identity
    }

    fileprivate init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
    }

    func isSameFile(as other: FileIdentity?) -> Bool { device == other?.device && inode == other?.inode }
}

/// A file as it stands: whatever is written to it, and whoever may read it from now on, makes another state.
struct FileState: Equatable {
    let identity: FileIdentity
    private let mode: mode_t
    private let owner: uid_t
    private let group: gid_t
    private let modifiedSeconds: Int
    private let modifiedNanoseconds: Int

    /// - Throws: as ``FileIdentity/init(ofStore:)``.
    init(ofStore path: String) throws(StoreError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT { throw .missing(store: path) }
            throw .unavailable(store: path, reason: unsafe String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign(store: path, found: "no file") }
        identity = FileIdentity(status)
        (mode, owner, group) = (status.st_mode, status.st_uid, status.st_gid)
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }

    /// Whether the same file has the same length and may be read by the same users; it may have been written to.
    func isAlike(_ other: FileState?) -> Bool {
        identity == other?.identity && mode == other?.mode && owner == other?.owner && group == other?.group
    }
}
