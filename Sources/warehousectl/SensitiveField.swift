import Glibc
import SecretStore
import Synchronization
import Sysexits
import WarehouseConnections

/// The number of the signal that has come while a password was asked for; 0 for none.
private let arrivedSignal = Atomic<CInt>(0)

/// Reads the value of a sensitive field: from a file, from standard input, or from the terminal without an echo.
enum SensitiveField {
    /// - Parameter file: a path, `-` for standard input, or nil to ask for it.
    static func read(_ field: WarehouseType.Field, from file: String?) throws -> Secret {
        let raw: Secret =
            switch file {
            case nil: try ask(for: field)
            case "-" where isatty(STDIN_FILENO) == 1: try ask(for: field)
            case "-": try failingWithSecretStoreErrors { try Secret(from: STDIN_FILENO, of: "standard input") }
            case let path?: try failingWithSecretStoreErrors { try Secret(contentsOf: path) }
            }
        // A file that an editor wrote ends with a line end.
        var bytes = raw.withBytes { bytes in
            var count = bytes.count
            if count > 0, bytes[count - 1] == UInt8(ascii: "\n") { count -= 1 }
            if count > 0, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
            return (0..<count).map { bytes[$0] }
        }
        let secret = Secret(taking: &bytes)
        if let problem = secret.withBytes(TextRule.problem(withSecret:)) {
            throw ProgramFailure(.dataError, "\(field.option): what is in it \(problem)")
        }
        return secret
    }

    /// False when a signal has come instead.
    private static func waitForInput(_ terminal: CInt) -> Bool {
        var wait = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
        // Whichever thread has handled the signal, the next round sees it.
        while unsafe poll(&wait, 1, 100) <= 0 {
            if arrivedSignal.load(ordering: .relaxed) != 0 { return false }
        }
        return true
    }

    private static func ask(for field: WarehouseType.Field) throws(ProgramFailure) -> Secret {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw ProgramFailure(.usage, "\(field.option): is missing: give a path, or -") }
        defer { close(terminal) }
        var settings = termios()
        guard unsafe tcgetattr(terminal, &settings) == 0 else {
            throw ProgramFailure(.ioError, "terminal: \(unsafe String(cString: strerror(errno)))")
        }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        silent.c_lflag |= tcflag_t(ECHONL)
        let prompt = Array("\(field.name): ".utf8)
        _ = unsafe write(terminal, prompt, prompt.count)
        // A signal that ends the program waits until the echo is back. To block it would cover this thread only, and one of
        // libdispatch's would take it.
        arrivedSignal.store(0, ordering: .relaxed)
        let before = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP].map { number in
            (number, signal(number) { arrivedSignal.store($0, ordering: .relaxed) })
        }
        _ = unsafe tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            _ = unsafe tcsetattr(terminal, TCSANOW, &settings)
            for (number, action) in before { signal(number, action) }
            let arrived = arrivedSignal.load(ordering: .relaxed)
            if arrived != 0 { raise(arrived) }
        }
        var line = [UInt8](repeating: 0, count: 4096)
        let count = waitForInput(terminal) ? unsafe Glibc.read(terminal, &line, line.count) : 0
        if count >= 0 { line.removeLast(line.count - count) }
        let secret = Secret(taking: &line)
        guard count > 0 else { throw ProgramFailure(.usage, "\(field.name): nothing was typed") }
        return secret
    }
}
