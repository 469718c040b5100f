import Testing

@testable import Warehouses

@Suite struct QuotedTextTests {
    @Test(arguments: [
        ("", #""""#), ("a", #""a""#), ("\"", #""""""#), ("\"\"", #""""""""#), ("a\"b", #""a""b""#),
        ("it's", #""it's""#),
        ("a\\b", #""a\b""#), ("É", #""É""#), ("\"\u{301}", "\"\"\"\u{301}\""), ("a\"\u{20E0}b", "\"a\"\"\u{20E0}b\""),
        ("$$", #""$$""#), ("; DROP DATABASE X; --", #""; DROP DATABASE X; --""#),
    ])
    func quotesAnIdentifierOfSnowflake(name: String, quoted: String) {
        #expect(Array(Snowflake.identifier(name).utf8) == Array(quoted.utf8))
    }

    @Test(arguments: [
        ("", "''"), ("a", "'a'"), ("'", "''''"), ("it's", "'it''s'"), ("a\\b", #"'a\\b'"#), ("\\'", #"'\\'''"#),
        ("\"", #"'"'"#), ("'\u{301}", "'''\u{301}'"), ("\\\u{301}", "'\\\\\u{301}'"),
    ])
    func quotesALiteralOfSnowflake(text: String, quoted: String) {
        #expect(Array(Snowflake.literal(text).utf8) == Array(quoted.utf8))
    }
}
