import Foundation
import TestSupport
import Testing

/// ClickHouse 26.5 as a library, chDB (https://clickhouse.com/docs/chdb): its parser, its rights, its databases and tables.
/// It has no HTTP and stores no users.
enum EmbeddedClickHouse {
    /// Every right.
    static let everything = "GRANT ALL ON *.* WITH GRANT OPTION"

    /// Runs statements one after the other, in a quarter of a second, as a user with the `rights` and no others.
    ///
    /// - Parameters:
    ///   - rights: such as `GRANT SELECT ON a.*`.
    ///   - directory: keeps databases from one run to the next.
    /// - Returns: for each statement its answer, or its error: `Code: …`.
    static func run(
        _ statements: [String],
        with rights: [String] = [everything],
        in directory: TemporaryDirectory? = nil
    ) async throws -> [String] {
        let directory = try directory ?? TemporaryDirectory()
        let task: [String: Any] = ["rights": rights, "statements": statements]
        let output = try await PythonEnvironment(name: "chdb").run(
            """
            for library in "$environment"/lib/python3*/site-packages/chdb; do
                "$bin/python" -B "${project}Tests/WarehousesTests/clickhouse.py" "$library" "$directory"
            done
            """,
            ["directory": directory.path],
            input: Array(try JSONSerialization.data(withJSONObject: task)),
            longestOutput: 1 << 26
        )
        let answers = try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String])
        try #require(answers.count == statements.count)
        return answers
    }
}
