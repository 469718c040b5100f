/// Snowflake's own words: how its SQL is written, and what the set-up script calls what it makes in the schema.
enum Snowflake {
    static let fileFormat = "FLAGSMITH_JSON"
    static let stage = "FLAGSMITH_STAGE"

    /// Source: https://docs.snowflake.com/en/sql-reference/identifiers-syntax, "Double-quoted identifiers".
    static func identifier(_ name: String) -> String { name.quoted(with: "\"") }

    /// Source: https://docs.snowflake.com/en/sql-reference/data-types-text, "Single-quoted string constants".
    static func literal(_ text: String) -> String { text.quoted(with: "'", doubling: "\\") }
}
