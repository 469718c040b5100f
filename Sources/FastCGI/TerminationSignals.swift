import CFastCGI
import Glibc

/// The signals that ask for a graceful stop, as something to wait for instead of something that interrupts: SIGTERM,
/// SIGINT, and SIGUSR1, which FastCGI's process managers send (multiwatch, mod_fcgid).
///
/// Made first of all, on the main thread: threads inherit what is blocked, and a signal that landed on a thread in the
/// middle of a write would cut its answer short.
public struct TerminationSignals: ~Copyable, Sendable {
    let descriptor: CInt

    /// Blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 in this thread and those it starts.
    public init() throws(TransportError) {
        var blocked = sigset_t()
        unsafe sigemptyset(&blocked)
        for signal in [SIGTERM, SIGINT, SIGUSR1] { unsafe sigaddset(&blocked, signal) }
        descriptor = unsafe signalfd(-1, &blocked, CInt(SFD_CLOEXEC | SFD_NONBLOCK))
        guard descriptor >= 0 else { throw .system(call: "signalfd", errno: errno) }
        unsafe sigaddset(&blocked, SIGHUP)
        unsafe pthread_sigmask(SIG_BLOCK, &blocked, nil)
    }

    deinit { close(descriptor) }
}
