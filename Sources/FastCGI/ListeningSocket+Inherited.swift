import Glibc

extension ListeningSocket {
    /// The socket that systemd passed (`LISTEN_PID`, `LISTEN_FDS`), else file descriptor 0 if it listens.
    ///
    /// spawn-fcgi, multiwatch and systemd's `StandardInput=socket` pass it as file descriptor 0 (FastCGI 1.0,
    /// section 2.2). Source of the variables: sd_listen_fds(3).
    public static func inherited() throws(TransportError) -> ListeningSocket {
        if let pid = environmentValue("LISTEN_PID"), let count = environmentValue("LISTEN_FDS"), pid == Int(getpid()) {
            guard count == 1 else { throw .inheritedSocketCount(count) }
            return try ListeningSocket(inheriting: 3)
        }
        guard isListening(STDIN_FILENO) else { throw .noListeningSocket }
        return try ListeningSocket(inheriting: STDIN_FILENO)
    }

    private static func environmentValue(_ name: String) -> Int? {
        unsafe getenv(name).flatMap { unsafe Int(String(cString: $0)) }
    }
}
