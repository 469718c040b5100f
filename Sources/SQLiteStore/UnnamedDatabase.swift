import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

/// A database in a file that has no name any more, so that nothing of it outlives this program, however that ends. A copy
/// that comes from a pipe or goes into one lies in it: SQLite neither reads nor writes a pipe.
struct UnnamedDatabase: ~Copyable {
    let database: DatabaseQueue
    private let descriptor: CInt

    /// - Parameter directory: of the file system that holds it.
    init(in directory: String) throws {
        var template = Array("\(directory)/warehouse-connections-XXXXXX".utf8CString)
        guard let folder = unsafe mkdtemp(&template).map({ unsafe String(cString: $0) }) else {
            throw StoreError.cannotCreate(store: directory, reason: reason(errno))
        }
        let name = folder + "/copy"
        defer {
            unsafe unlink(name)
            unsafe rmdir(folder)
        }
        let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError.cannotCreate(store: directory, reason: reason(errno)) }
        // A journal would have a name, and there is nothing to go back to.
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY"
            )
        }
        do {
            database = try DatabaseQueue(path: nameForSQLite(name), configuration: configuration)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        try? database.close()
        close(descriptor)
    }

    /// In bytes.
    var size: Int64? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Fills the file with what `next` returns, until that is empty.
    func fill(from next: () throws -> [UInt8]) throws {
        while case let piece = try next(), !piece.isEmpty {
            var rest = piece[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
                guard count >= 0 || errno == EINTR else {
                    throw StoreError.cannotWrite(file: "copy of the input", reason: reason(errno))
                }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        var offset = off_t(0)
        while true {
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
                count = max(0, unsafe pread(descriptor, bytes.baseAddress, 1 << 16, offset))
            }
            guard !piece.isEmpty else { return }
            try body(piece)
            offset += off_t(piece.count)
        }
    }

    /// Makes it a database without a log, as `VACUUM INTO` makes them: SQLite would look for one, by name.
    ///
    /// Source: https://sqlite.org/fileformat.html, "File format version numbers".
    func leaveWALMode() throws {
        var header = [UInt8](repeating: 0, count: 20)
        guard unsafe pread(descriptor, &header, 20, 0) == 20, header.starts(with: Array("SQLite format 3\0".utf8))
        else {
            return
        }
        for offset in 18...19 where header[offset] == 2 {
            guard unsafe pwrite(descriptor, [1], 1, off_t(offset)) == 1 else {
                throw StoreError.cannotWrite(file: "copy", reason: reason(errno))
            }
        }
    }
}
