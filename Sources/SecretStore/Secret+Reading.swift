import Glibc

extension Secret {
    /// Reads a file, a pipe or a terminal to its end, and leaves no copy.
    ///
    /// - Parameter file: what an error calls it.
    /// - Throws: ``SecretStoreError``: `unreadable`, or `tooLong` beyond ``maximumLength``.
    public init(from descriptor: CInt, of file: String) throws(SecretStoreError) {
        var buffer = [UInt8](repeating: 0, count: Self.maximumLength + 1)
        var length = 0
        var failure: CInt = 0
        unsafe buffer.withUnsafeMutableBytes { bytes in
            while length < bytes.count {
                let count = unsafe read(descriptor, bytes.baseAddress?.advanced(by: length), bytes.count - length)
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = errno }
                if count <= 0 { break }
                length += count
            }
        }
        let secret = Secret(taking: &buffer, first: length)
        guard failure == 0 else {
            throw .unreadable(file: file, reason: unsafe String(cString: strerror(failure)))
        }
        guard length <= Self.maximumLength else { throw .tooLong(file: file) }
        self = secret
    }

    /// Reads the file at `path` to its end.
    ///
    /// - Throws: as ``init(from:of:)``, and `missingFile`.
    public init(contentsOf path: String) throws(SecretStoreError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missingFile(path) }
            throw .unreadable(file: path, reason: unsafe String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        try self.init(from: descriptor, of: path)
    }
}
