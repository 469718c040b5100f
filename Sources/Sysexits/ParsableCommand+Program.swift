public import ArgumentParser
import Foundation

extension ParsableCommand {
    /// Parses the command line, runs the command and ends the process.
    ///
    /// A failure is one line on standard error, `program: what failed: why`, and the exit code of its
    /// ``ProgramFailure``; help that was asked for goes to standard output.
    public static func runProgram() -> Never {
        let program = configuration.commandName ?? ""
        do {
            var command = try parseAsRoot()
            try command.run()
            Foundation.exit(0)
        } catch let failure as ProgramFailure {
            report(program, failure.message)
            Foundation.exit(failure.exit.rawValue)
        } catch {
            if exitCode(for: error) == .success {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            guard exitCode(for: error) == .validationFailure else {
                report(program, error.localizedDescription)
                Foundation.exit(Sysexit.ioError.rawValue)
            }
            report(program, "\(message(for: error)) (see \(program) --help)")
            Foundation.exit(Sysexit.usage.rawValue)
        }
    }

    private static func report(_ program: String, _ message: String) {
        let line = message.replacing("\n", with: " ")
        try? FileHandle.standardError.write(contentsOf: Data("\(program): \(line)\n".utf8))
    }
}
