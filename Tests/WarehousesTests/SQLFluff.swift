import Foundation
import TestSupport
import Testing

/// A parser of SQL dialects that is not ours (https://sqlfluff.com).
enum SQLFluff {
    /// What a script is made of.
    struct Script {
        /// The kind of each statement, in order.
        let statements: [String]
        /// The names between quotation marks, which stay on as they are written.
        let quotedIdentifiers: Set<String>
        /// Everything else, sorted: kind and text of each word.
        let otherWords: [String]
    }

    /// Parses each script, all in one run, which takes a second and a half and a tenth for each.
    static func parse(_ scripts: [String], dialect: String) async throws -> [Script] {
        let directory = try TemporaryDirectory()
        // By default it takes braces for templates, and leaves long files out.
        try "[sqlfluff]\nlarge_file_skip_byte_limit = 0\n"
            .write(toFile: directory(".sqlfluff"), atomically: false, encoding: .utf8)
        for (index, script) in scripts.enumerated() {
            try script.write(toFile: directory("\(index).sql"), atomically: false, encoding: .utf8)
        }
        let output = try await shell(
            """
            \(install)
            "$environment/bin/sqlfluff" parse --dialect \(dialect) --templater raw --encoding utf-8 --format json "$directory"
            """,
            ["environment": environment, "packages": packages, "directory": directory.path],
            longestOutput: 1 << 26
        )
        let files = try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]])
        return try scripts.indices.map { index in
            let file = try #require(files.first { ($0["filepath"] as? String)?.hasSuffix("/\(index).sql") == true })
            return Script(segments: try #require(file["segments"]))
        }
    }

    private static let environment = Fixture.project + ".build/sqlfluff-4.5.0"
    /// It and all that it needs, each in one version.
    private static let packages = Fixture.project + "Tests/WarehousesTests/sqlfluff.txt"

    /// Made once, by one process at a time.
    private static let install = """
        exec 9> "$environment.lock"
        flock 9
        if [ ! -e "$environment/complete" ]; then
            rm -rf "$environment"
            python3 -m venv "$environment" >&2
            "$environment/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$packages" >&2
            touch "$environment/complete"
        fi
        exec 9>&-
        """
}

extension SQLFluff.Script {
    /// - Parameter segments: objects and arrays in each other, at whose ends stand texts under the names of their kinds.
    fileprivate init(segments: Any) {
        var statements: [String] = []
        var quotedIdentifiers: Set<String> = []
        var otherWords: [String] = []
        func read(_ kind: String, _ value: Any) {
            switch value {
            case let text as String:
                if kind == "quoted_identifier" {
                    quotedIdentifiers.insert(text)
                } else if kind != "whitespace" && kind != "newline" {
                    otherWords.append("\(kind) \(text)")
                }
            case let parts as [String: Any]:
                if kind == "statement" { statements.append(parts.keys.sorted().joined(separator: " ")) }
                for (kind, value) in parts { read(kind, value) }
            case let parts as [Any]: for part in parts { read(kind, part) }
            default: break
            }
        }
        read("", segments)
        self.statements = statements
        self.quotedIdentifiers = quotedIdentifiers
        self.otherWords = otherWords.sorted()
    }
}
