import Glibc

extension Span where Element == UInt8 {
    /// Whether it begins with `text`, byte by byte.
    package func hasPrefix(_ text: String) -> Bool {
        let bytes = text.utf8.span
        guard count >= bytes.count else { return false }
        for index in bytes.indices where self[index] != bytes[index] { return false }
        return true
    }

    /// The index of the first `byte`; the count if there is none.
    package func firstIndex(of byte: UInt8) -> Int {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = unsafe memchr(start, CInt(byte), bytes.count) else {
                return bytes.count
            }
            return unsafe UnsafeRawPointer(found) - start
        }
    }
}
