import Foundation
import TestSupport

/// Parsers of SQL dialects that are not ours, in an environment of their own.
enum SQLParsers {
    /// Writes the scripts to the files 0.sql, 1.sql, … in `$directory` and runs commands of the shell there, for which
    /// `$bin` has the parsers. Returns what they print.
    static func run(_ commands: String, on scripts: [String]) async throws -> String {
        let directory = try TemporaryDirectory()
        for (index, script) in scripts.enumerated() {
            try script.write(toFile: directory("\(index).sql"), atomically: false, encoding: .utf8)
        }
        return try await PythonEnvironment(name: "parsers").run(
            "cd \"$directory\"\n\(commands)",
            ["directory": directory.path],
            longestOutput: 1 << 27
        )
    }
}
