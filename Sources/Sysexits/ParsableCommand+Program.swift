public import ArgumentParser
import Foundation

extension ParsableCommand {
    /// Parses the command line, runs the command and ends the process.
    ///
    /// A failure is one line on standard error, `program: what failed: why`, and the exit code of its
    /// ``ProgramFailure``; help that was asked for goes to standard output.
    public static func runProgram() -> Never {
        openClosedStandardStreams()
        do {
            try refuseWordsThatAreNotUTF8()
            var command = try parseAsRoot()
            try command.run()
            Foundation.exit(0)
        } catch {
            end(with: error)
        }
    }

    /// Prints a line on standard error, with every key in it masked. Control
    /// characters are escaped: words of a warehouse must not steer a terminal.
    public static func report(_ message: String) {
        let program = configuration.commandName ?? ""
        let line = message.withoutKeys.replacing("\n", with: " ").escapingControls
        try? FileHandle.standardError.write(contentsOf: Data("\(program): \(line)\n".utf8))
    }

    private static func end(with error: any Error) -> Never {
        switch error {
        case let failure as ProgramFailure:
            report(failure.message)
            Foundation.exit(failure.exit.rawValue)
        case let code as ExitCode where code != .success:
            // All that is to be said has been printed.
            Foundation.exit(code.rawValue)
        default:
            if exitCode(for: error) == .success {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            guard exitCode(for: error) == .validationFailure else {
                report(error.localizedDescription)
                Foundation.exit(Sysexit.ioError.rawValue)
            }
            report("\(message(for: error)) (see \(configuration.commandName ?? "") --help)")
            Foundation.exit(Sysexit.usage.rawValue)
        }
    }
}
