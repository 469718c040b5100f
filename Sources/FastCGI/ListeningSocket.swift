import Glibc

/// The owner of a listening stream socket. It never blocks: several workers and processes may share it.
public struct ListeningSocket: ~Copyable, Sendable {
    let descriptor: CInt
    /// Only for a unix socket that this process made: its path and inode.
    private let name: (path: String, inode: ino_t)?

    /// Listens on `address`. A unix socket gets mode 0660; a stale one, at which nobody answers, is replaced.
    ///
    /// - Parameter backlog: connections that may wait; a full backlog of a unix socket is an instant 502 at nginx.
    public init(listeningOn address: ListeningAddress, backlog: CInt = 1024) throws(TransportError) {
        var path: String?
        var family = AF_INET
        switch address {
        case .unix(let unixPath):
            (path, family) = (unixPath, AF_UNIX)
            try Self.removeStaleSocket(at: unixPath, address)
        case .ip(let host, _):
            if host.contains(":") { family = AF_INET6 }
        }
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", errno: errno) }
        var one: CInt = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        // Nobody can connect before listen(2), so there is no moment at which the wrong ones could.
        guard unsafe address.withSocketAddress({ unsafe bind(descriptor, $0, $1) }) == 0,
            path.map({ unsafe chmod($0, 0o660) }) ?? 0 == 0, listen(descriptor, backlog) == 0
        else {
            let reason = errno
            close(descriptor)
            if reason == EADDRINUSE { throw .addressInUse(address) }
            throw .cannotListen(address, errno: reason)
        }
        self.descriptor = descriptor
        name = path.flatMap { path in Self.inode(of: path).map { (path, $0) } }
    }

    /// Takes over the listening socket `descriptor` that another program made.
    public init(inheriting descriptor: CInt) throws(TransportError) {
        guard Self.isListening(descriptor) else { throw .notListening(descriptor: descriptor) }
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw .system(call: "fcntl", errno: errno)
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        name = nil
    }

    deinit { close(descriptor) }

    /// Removes a unix socket's name, if this process made it and nobody has replaced it since.
    func removeName() {
        if let name, Self.inode(of: name.path) == name.inode { unsafe unlink(name.path) }
    }

    private static func inode(of path: String) -> ino_t? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status.st_ino : nil
    }

    /// Takes the next waiting connection, or returns nil if another worker or process was faster.
    ///
    /// - Throws: `EMFILE`, `ENFILE`, `ENOBUFS` and `ENOMEM` may pass; any other error lasts.
    func accept() throws(TransportError) -> Connection? {
        let connection = Glibc.accept(descriptor, nil, nil)
        if connection >= 0 { return Connection(owning: connection) }
        switch errno {
        // The last two: the peer went away while it waited (accept(2)).
        case EAGAIN, EINTR, ECONNABORTED, EPROTO: return nil
        default: throw .system(call: "accept", errno: errno)
        }
    }

    static func isListening(_ descriptor: CInt) -> Bool {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0, value == 1 else {
            return false
        }
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &size) == 0 && value == SOCK_STREAM.rawValue
    }

    private static func removeStaleSocket(at path: String, _ address: ListeningAddress) throws(TransportError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard probe >= 0 else { throw .system(call: "socket", errno: errno) }
        defer { close(probe) }
        let answer = unsafe address.withSocketAddress { unsafe connect(probe, $0, $1) }
        // EAGAIN: its backlog is full, so somebody listens.
        if answer == 0 || errno == EAGAIN { throw .addressInUse(address) }
        guard errno == ECONNREFUSED else { throw .cannotListen(address, errno: errno) }
        unsafe unlink(path)
    }
}
