import Glibc
import Sysexits

/// Standard output, whose failure is an error: a full disk must not look like a complete export.
enum StandardOutput {
    /// Waits as long as a pipe is full or a terminal stopped. Afterwards a pipe takes 4096 bytes (pipe(7)) at once.
    static func waitUntilItTakesALine() {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        while unsafe poll(&output, 1, -1) < 0, errno == EINTR {}
    }

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
