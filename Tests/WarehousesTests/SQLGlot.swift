import Foundation

/// A parser of SQL dialects that is not ours (https://sqlglot.com).
///
/// Of Snowflake's statements on users, policies and rules, and of EXECUTE IMMEDIATE, it knows the first word only, and
/// it knows no block of Snowflake Scripting. What it tells of all of them is where names, literals and statements end.
enum SQLGlot {
    struct Script {
        /// The kind of each statement, in order.
        let statements: [String]
        /// The names between quotation marks, without them.
        let names: Set<String>
        /// The texts between single quotation marks, without them, in order.
        let literals: [String]
        /// Everything else in order: kind and text of each token.
        let otherTokens: [String]
    }

    /// Parses each script, all in one run.
    ///
    /// - Parameter tokensAlone: for what is no statement to it.
    static func parse(_ scripts: [String], dialect: String, tokensAlone: Bool = false) async throws -> [Script] {
        let output = try await SQLParsers.run(
            """
            "$bin/python" -B "${project}Tests/WarehousesTests/tokens.py" \
                . \(scripts.count) \(dialect) \(tokensAlone ? "--tokens" : "")
            """,
            on: scripts
        )
        return try JSONDecoder().decode([Answer].self, from: Data(output.utf8)).map(Script.init)
    }

    fileprivate struct Answer: Decodable {
        let statements: [String]
        let tokens: [[String]]
    }
}

extension SQLGlot.Script {
    fileprivate init(_ answer: SQLGlot.Answer) {
        statements = answer.statements
        names = Set(answer.tokens.filter { $0[0] == "IDENTIFIER" }.map { $0[1] })
        literals = answer.tokens.filter { $0[0] == "STRING" }.map { $0[1] }
        otherTokens = answer.tokens.filter { !["IDENTIFIER", "STRING"].contains($0[0]) }
            .map { $0.joined(separator: " ") }
    }
}
