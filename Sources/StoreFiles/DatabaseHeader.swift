import Glibc

/// What the first 100 bytes of a SQLite database say.
///
/// Source: https://sqlite.org/fileformat.html, "The Database Header".
package struct DatabaseHeader {
    /// What the program that made the database has called its kind.
    package let applicationID: UInt32
    /// Whether changes go through a log. Those of a store of connections do; a copy by `VACUUM INTO` has none.
    package let isInWALMode: Bool

    /// - Returns: nil if the file is no SQLite database.
    /// - Throws: the system's `errno` if it can't be read.
    package init?(of path: String) throws(HeaderError) {
        // Nobody may be at the other end of a pipe.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw HeaderError(code: errno) }
        defer { close(descriptor) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 100) { bytes, count in
            count = max(0, unsafe read(descriptor, bytes.baseAddress, 100))
        }
        guard bytes.count == 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else { return nil }
        applicationID = bytes[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        isInWALMode = bytes[18] == 2 || bytes[19] == 2
    }
}

/// Why a file's first bytes can't be read: an `errno`.
package struct HeaderError: Error {
    package let code: CInt
}
