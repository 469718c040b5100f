import Glibc

/// What can go wrong between the listening socket and the workers.
public enum TransportError: Error, Equatable, Sendable {
    /// No `--listen` address, no socket from systemd, and standard input is no listening socket.
    case noListeningSocket
    /// systemd passed a number of sockets other than one.
    case inheritedSocketCount(Int)
    /// The descriptor that was passed is not a listening stream socket.
    case notListening(descriptor: CInt)
    /// Another process answers at this address.
    case addressInUse(ListeningAddress)
    /// Something that is not a socket lies at this path.
    case notASocket(path: String)
    /// The socket can't be made or bound.
    case cannotListen(ListeningAddress, errno: CInt)
    /// The system call `call` failed with the error number `errno`.
    case system(call: String, errno: CInt)
}

extension TransportError: CustomStringConvertible {
    /// What failed and why, on one line without a final stop.
    public var description: String {
        switch self {
        case .noListeningSocket:
            "no listening socket: give --listen unix:<path> or <ip>:<port>, or start it from a systemd socket unit, "
                + "or with spawn-fcgi (file descriptor 0)"
        case .inheritedSocketCount(let count):
            "systemd passed \(count) sockets: pass exactly one"
        case .notListening(let descriptor):
            "file descriptor \(descriptor) is not a listening stream socket"
        case .addressInUse(let address):
            "\(address): another process answers there: stop it or choose another address"
        case .notASocket(let path):
            "\(path): exists and is not a socket: remove it or choose another path"
        case .cannotListen(let address, let errno):
            "cannot listen on \(address): \(unsafe String(cString: strerror(errno)))"
        case .system(let call, let errno):
            "\(call): \(unsafe String(cString: strerror(errno)))"
        }
    }
}
