import Glibc

/// The service manager that has started this process, if one did, and is told how it gets on.
///
/// Source: sd_notify(3), sd_watchdog_enabled(3), whose protocol is made to be spoken without systemd's library.
public struct ServiceManager: Sendable {
    public enum State: String, Sendable {
        case ready = "READY=1"
        case alive = "WATCHDOG=1"
        case stopping = "STOPPING=1"
    }

    private let socketPath: String?
    /// It ends the process when it has not heard ``State/alive`` for that long; nil: it does not watch.
    public let watchdogTimeout: Duration?

    /// - Parameter environment: that of the process: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`.
    public init(environment: [String: String]) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { path in
            let isUsable =
                path.utf8.count < MemoryLayout<sockaddr_un>.pathSize && (path.first == "/" || path.first == "@")
            return isUsable ? path : nil
        }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let microseconds = isMeant ? environment["WATCHDOG_USEC"].flatMap { Int64($0) } : nil
        watchdogTimeout = microseconds.flatMap { $0 > 0 ? .microseconds($0) : nil }
    }

    /// Never waits: what the manager has no room for is lost.
    public func notify(_ state: State) {
        guard let socketPath else { return }
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            unsafe path.copyBytes(from: socketPath.utf8)
            // The abstract name space of unix(7).
            if socketPath.first == "@" { unsafe path[0] = 0 }
        }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + socketPath.utf8.count)
        let message = Array(state.rawValue.utf8)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, message, message.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL), $0, size)
            }
        }
    }
}
