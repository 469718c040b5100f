import Glibc
import Sysexits

/// Standard output, whose failure is an error: a full disk must not look like a complete export.
enum StandardOutput {
    static func write(_ bytes: [UInt8]) throws(ProgramFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw ProgramFailure(.ioError, "standard output: \(unsafe String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(count)
        }
    }
}
