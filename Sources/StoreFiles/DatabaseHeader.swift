import Glibc
package import WarehouseConnections

/// What the first 100 bytes of a SQLite database say.
///
/// Source: https://sqlite.org/fileformat.html, "The Database Header".
package struct DatabaseHeader {
    /// What the program that made the database has called its kind.
    package let applicationID: UInt32
    /// Whether it is in WAL mode. A store of connections is; a copy by `VACUUM INTO` is not.
    package let isInWALMode: Bool

    /// - Returns: nil if the file is no SQLite database.
    /// - Throws: ``StoreError/unavailable(store:reason:)`` if it can't be read.
    package init?(of path: String) throws(StoreError) {
        // O_NONBLOCK: otherwise to open a pipe waits for its writer.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable(store: path, reason: reason(errno)) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = unsafe pread(descriptor, &bytes, 100, 0)
        guard count >= 0 else { throw .unavailable(store: path, reason: reason(errno)) }
        guard count == 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else { return nil }
        applicationID = bytes[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        isInWALMode = bytes[18] == 2 || bytes[19] == 2
    }
}
