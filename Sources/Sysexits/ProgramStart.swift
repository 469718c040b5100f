import Foundation
import Glibc

/// Opens standard input, output and error where they are closed. Otherwise the next file to be opened, such as a store's
/// lock, would get the number, and what is printed would be written into it.
func openClosedStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
        // Standard output for reading only, so that printing fails: a key that is shown once must not vanish.
        _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
}

/// The names of files are the operator's bytes. Swift would repair those that are not UTF-8, and name another file.
func refuseWordsThatAreNotUTF8() throws(ProgramFailure) {
    for index in 1..<max(1, Int(CommandLine.argc)) {
        guard unsafe isUTF8(CommandLine.unsafeArgv[index]) else {
            throw ProgramFailure(.usage, "argument \(index): is not UTF-8")
        }
    }
    for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix("WAREHOUSE_") {
        _ = try environmentVariable(name)
    }
}

/// The value of a variable of the environment; nil if it is not set.
///
/// - Throws: ``ProgramFailure`` 78 if it is not UTF-8.
public func environmentVariable(_ name: String) throws(ProgramFailure) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    guard let text = unsafe String(validatingCString: value) else {
        throw ProgramFailure(.configuration, "\(name): is not UTF-8")
    }
    return text
}

private func isUTF8(_ text: UnsafeMutablePointer<CChar>?) -> Bool {
    unsafe text.map { unsafe String(validatingCString: $0) != nil } ?? true
}
