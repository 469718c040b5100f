extension TextRule {
    /// - Throws: ``Problem`` for a text that begins as a quoted name and does not end as one.
    static func identifier(_ text: String) throws(Problem) -> String {
        guard text.unicodeScalars.first == "\"" else { return isPlainIdentifier(text) ? text.uppercased() : text }
        guard let name = unquoted(text) else {
            throw Problem(reason: "begins with a quotation mark, but is no name in double quotes: double those inside")
        }
        return name
    }

    /// What stands between the quotation marks around `text`; nil if they are no pair, or one between them is not doubled.
    ///
    /// Scalar by scalar: a quotation mark with an accent on it is another character to Swift.
    private static func unquoted(_ text: String) -> String? {
        var rest = text.unicodeScalars.dropFirst()
        guard rest.popLast() == "\"" else { return nil }
        var name = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "\"", rest.popFirst() != "\"" { return nil }
            name.append(scalar)
        }
        return String(name)
    }

    static func identifierProblem(_ text: String, _ exceptions: Set<String>) -> String? {
        if exceptions.contains(text) { return "is a name that the warehouse keeps for itself" }
        if mayEscapeAQuotationMark(text) { return "holds a backslash at its end or before a quotation mark" }
        if let mark = replacedMarks.first(where: { text.utf8.contains($0.utf8) }) {
            return "holds \(mark), which Snowflake's tools replace in a script"
        }
        return lengthProblem(text)
    }

    /// What begins or ends a variable, a statement or a comment of a template for SnowSQL or for Snowflake CLI, also within
    /// quotes. Those in braces but `{#` are Jinja's, which Snowflake CLI reads only with `--enable-templating`.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/snowsql-use#using-variables,
    /// https://docs.snowflake.com/en/developer-guide/snowflake-cli/sql/execute-sql, and Snowflake CLI 3.31 itself: its
    /// environments of Jinja leave `{#` as the beginning of a comment.
    private static let replacedMarks = ["&", "<%", "%>", "{#", "{{", "{%"]

    /// Byte by byte: a quotation mark with an accent on it is another character to Swift.
    private static func mayEscapeAQuotationMark(_ text: String) -> Bool {
        let bytes = Array(text.utf8) + [UInt8(ascii: "\"")]
        return zip(bytes, bytes.dropFirst()).contains { $0 == (UInt8(ascii: "\\"), UInt8(ascii: "\"")) }
    }

    private static func isPlainIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return (isLetter(first) || first == UInt8(ascii: "_"))
            && text.utf8.allSatisfy {
                isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$")
            }
    }
}
