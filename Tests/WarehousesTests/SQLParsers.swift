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
        return try await shell(
            "\(install)\ncd \"$directory\"\n\(commands)",
            ["project": Fixture.project, "packages": packages, "directory": directory.path],
            longestOutput: 1 << 27
        )
    }

    /// They and all that they need, each in one version.
    private static let packages = Fixture.project + "Tests/WarehousesTests/parsers.txt"

    /// Made once for each list of packages, by one process at a time.
    private static let install = """
        environment=$project.build/parsers-$(sha256sum "$packages" | cut -c 1-8)
        bin=$environment/bin
        exec 9> "$environment.lock"
        flock 9
        if [ ! -e "$environment/complete" ]; then
            rm -rf "$environment"
            python3 -m venv "$environment" >&2
            "$bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$packages" >&2
            touch "$environment/complete"
        fi
        exec 9>&-
        """
}
