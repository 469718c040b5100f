import Glibc

/// A connection of a web server to a FastCGI responder at a unix socket. It waits at most 10 s for anything.
public final class FastCGIConnection: Sendable {
    public enum Failure: Error, Equatable {
        case cannotConnect(errno: CInt)
        /// The responder ended the connection before the end of an answer.
        case closed
        case timedOut
        case malformed
    }

    public let descriptor: CInt

    /// Connects to the unix socket at `path`.
    public convenience init(_ path: String) throws(Failure) {
        var address = sockaddr_un(path: path)
        try self.init(AF_UNIX, &address)
    }

    /// Connects to `port` on 127.0.0.1.
    public convenience init(port: Int) throws(Failure) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try self.init(AF_INET, &address)
    }

    private init<Address>(_ family: CInt, _ address: inout Address) throws(Failure) {
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        let reason = errno
        guard result == 0 else {
            close(descriptor)
            throw .cannotConnect(errno: reason)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Sends as much as the responder takes; it may close before it has read all.
    public func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The answer to the request that was sent last.
    public func receive() throws -> FastCGIResponse {
        var output: [UInt8] = []
        while true {
            let header = try receive(count: 8)
            let content = try receive(count: Int(header[4]) << 8 | Int(header[5]))
            _ = try receive(count: Int(header[6]))
            switch header[1] {
            case FastCGIRecords.stdout: output += content
            case FastCGIRecords.endRequest: return try FastCGIResponse(output)
            default: break
            }
        }
    }

    /// Sends a request for `parameters` and returns its answer.
    public func ask(
        _ parameters: [(String, String)],
        keep: Bool = false,
        body: [UInt8] = []
    ) throws -> FastCGIResponse {
        send(FastCGIRecords.request(parameters, keep: keep, body: body))
        return try receive()
    }

    /// Says that nothing more comes, and returns all that the responder sends until it closes.
    public func finish() throws(Failure) -> [UInt8] {
        shutdown(descriptor, CInt(SHUT_WR))
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe recv(descriptor, &piece, piece.count, 0)
            if count < 0, errno == EAGAIN { throw .timedOut }
            guard count > 0 else { return received }
            received += piece.prefix(count)
        }
    }

    /// Whether the responder closes the connection without sending anything more.
    public func isClosedByPeer() -> Bool {
        do {
            _ = try receive(count: 1)
            return false
        } catch {
            return error == .closed
        }
    }

    /// Whether the responder neither sends anything nor closes the connection for that long.
    public func isSilent(forMilliseconds milliseconds: CInt) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wait, 1, milliseconds) == 0
    }

    private func receive(count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let result = unsafe bytes.withUnsafeMutableBytes {
                unsafe recv(descriptor, $0.baseAddress?.advanced(by: received), count - received, 0)
            }
            if result == 0 || (result < 0 && errno != EAGAIN) { throw .closed }
            if result < 0 { throw .timedOut }
            received += result
        }
        return bytes
    }
}
