import CFastCGI
import Glibc

/// The owner of an eventfd: threads raise it, and wait for it together with other descriptors.
struct EventCounter: ~Copyable, Sendable {
    let descriptor: CInt

    init() throws(TransportError) {
        descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .system(call: "eventfd", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable, for good.
    func raise() {
        _ = eventfd_write(descriptor, 1)
    }

    /// Waits until it is raised; false if `timeout` passed first.
    func wait(for timeout: Duration) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = timeout / .milliseconds(1)
        return unsafe poll(&wait, 1, CInt(min(max(milliseconds, 0), 1e9))) > 0
    }
}
