import CFastCGI
import Glibc

/// Initialises libfcgi once for the process. The corresponding C function is `FCGX_Init`.
enum Library {
    static func initialise() throws(TransportError) {
        guard status == 0 else { throw .system(call: "FCGX_Init", errno: status) }
    }

    private static let status: CInt = {
        // Connections are closed by their owner; where libfcgi closes one after an error, it must not wait for the peer.
        unsafe setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1)
        let status = FCGX_Init()
        // libfcgi's handlers for these cut answers short or stop the process's threads at the wrong moment.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGUSR1, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
        return status
    }()
}
