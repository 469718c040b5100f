/// How a program ended, as sysexits(3) numbers it.
public enum Sysexit: Int32, Sendable {
    /// The answer is no: a check failed, or there is no such thing.
    case no = 1
    /// The command line is wrong.
    case usage = 64
    /// The input is wrong.
    case dataError = 65
    /// There is no such store or file.
    case noInput = 66
    /// The store can't be used.
    case unavailable = 69
    /// A file or socket can't be created.
    case cannotCreate = 73
    /// Reading or writing failed.
    case ioError = 74
    /// Somebody else is at it: try again.
    case temporaryFailure = 75
    /// The environment holds a wrong setting.
    case configuration = 78
}

/// An error that ends a program: one line for a person, and the exit code.
public struct ProgramFailure: Error, Sendable {
    public let exit: Sysexit
    /// What failed and why, on one line without the program's name.
    public let message: String

    public init(_ exit: Sysexit, _ message: String) {
        self.exit = exit
        self.message = message
    }
}
