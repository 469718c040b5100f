import Glibc
import StoreFiles

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
        let header: DatabaseHeader?
        do {
            header = try DatabaseHeader(of: path)
        } catch {
            throw SecretStoreError(error, store: path)
        }
        guard let header else { throw .foreign(store: path, found: "no SQLite database") }
        guard header.applicationID == Schema.applicationID else {
            throw .foreign(store: path, found: "another SQLite database")
        }
        self = .store
    }

    static func size(of path: String) -> Int64? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }
}
