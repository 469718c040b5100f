import Glibc

/// What lies at the path of a store, found out without touching it: nothing is made beside a file that is somebody else's,
/// not even a lock.
enum StorePlace {
    case none
    /// What an interrupted creation leaves.
    case empty
    case store

    /// - Throws: ``SecretStoreError``: `foreign`, or `unavailable`.
    init(at path: String) throws(SecretStoreError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw .unavailable(store: path, reason: unsafe String(cString: strerror(errno)))
            }
            self = .none
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign(store: path, found: "no file") }
        if status.st_size == 0 {
            self = .empty
            return
        }
        let header = try Self.header(of: path)
        guard header.starts(with: Array("SQLite format 3\0".utf8)), header.count == 100 else {
            throw .foreign(store: path, found: "no SQLite database")
        }
        let applicationID = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard applicationID == Schema.applicationID else {
            throw .foreign(store: path, found: "another SQLite database")
        }
        self = .store
    }

    static func size(of path: String) -> Int64? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// The first 100 bytes. Source: https://sqlite.org/fileformat.html, "The Database Header".
    private static func header(of path: String) throws(SecretStoreError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable(store: path, reason: unsafe String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        return unsafe [UInt8](unsafeUninitializedCapacity: 100) { bytes, count in
            count = max(0, unsafe read(descriptor, bytes.baseAddress, 100))
        }
    }
}
