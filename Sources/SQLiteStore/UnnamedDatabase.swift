import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

/// A database in a file that has no name any more, so that nothing of it outlives this program, however that ends. A copy
/// that comes from a pipe or goes into one lies in it: SQLite neither reads nor writes a pipe.
struct UnnamedDatabase: ~Copyable {
    let database: DatabaseQueue
    private let descriptor: CInt
    private let directory: String
    /// Kept, although it is empty: SQLite looks for a journal in it at each read, and nobody else may put one there.
    private let folder: WorkingFolder

    /// - Parameter directory: of the file system that holds it.
    init(in directory: String) throws {
        let folder = try WorkingFolder(beside: directory + "/copy")
        let descriptor = try folder.create(mode: 0o600, for: directory)
        // A journal would have a name, and there is nothing to go back to.
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY"
            )
        }
        do {
            database = try DatabaseQueue(path: nameForSQLite(folder.file), configuration: configuration)
        } catch {
            close(descriptor)
            throw error
        }
        unsafe unlink(folder.file)
        self.descriptor = descriptor
        self.directory = directory
        self.folder = folder
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
                guard count >= 0 || errno == EINTR else { throw failure(errno) }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }

    /// Calls `body` with all that the file holds.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var offset = off_t(0)
        while true {
            let count = unsafe pread(descriptor, &piece, piece.count, offset)
            guard count >= 0 || errno == EINTR else { throw failure(errno) }
            if count == 0 { return }
            if count > 0 { try body(Array(piece[..<count])) }
            offset += off_t(max(0, count))
        }
    }

    /// Makes it a database without a log, as `VACUUM INTO` makes them: SQLite would look for one, by name.
    ///
    /// Source: https://sqlite.org/fileformat.html, "File format version numbers".
    func leaveWALMode() throws {
        var header = [UInt8](repeating: 0, count: 20)
        guard unsafe pread(descriptor, &header, 20, 0) >= 0 else { throw failure(errno) }
        guard header.starts(with: Array("SQLite format 3\0".utf8)) else { return }
        for offset in 18...19 where header[offset] == 2 {
            guard unsafe pwrite(descriptor, [1], 1, off_t(offset)) == 1 else { throw failure(errno) }
        }
    }

    private func failure(_ code: CInt) -> StoreError {
        .cannotWrite(file: directory, reason: "a copy in this folder: \(reason(code))")
    }
}
