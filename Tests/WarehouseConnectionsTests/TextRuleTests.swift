import Testing

@testable import WarehouseConnections

@Suite struct TextRuleTests {
    @Test(arguments: [
        TextRule.name, .identifier(), .account, .host, .secret,
    ])
    func refusesWhatCanSteerALineInEveryText(rule: TextRule) {
        #expect(rule.problem(with: "") == "is empty")
        let steering = [
            "\n", "\r", "\r\n", "\t", "\u{0}", "\u{1}", "\u{1B}", "\u{7F}", "\u{85}", "\u{9B}", "\u{2028}", "\u{2029}",
            "\u{202E}", "\u{2066}", "\u{200F}",
        ]
        for text in steering {
            for whole in [text, "a" + text, text + "a", "a" + text + "a"] {
                #expect(rule.problem(with: whole) == "holds a line break or another control character")
            }
        }
    }

    @Test(arguments: [
        "a", "A b", "Événements", "E\u{301}", "🎉", "\"", "'", "\\", "`", "$$", "--", ";", "{{", "select",
        "漢字", String(repeating: "a", count: 255), String(repeating: "🎉", count: 255),
    ])
    func acceptsAnyOtherName(text: String) throws {
        #expect(TextRule.name.problem(with: text) == nil)
        #expect(try TextRule.name.normalised(text).utf8.elementsEqual(text.utf8))
        #expect(text.utf8.count <= WarehouseConfiguration.longestValue)
    }

    /// Somebody who copies a name copies what stands beside it.
    @Test(arguments: [
        (" ", ""), ("", " "), ("\t", "\n"), ("\r\n", "\u{A0}"), ("\u{2003}\u{3000}", "\u{202F}"),
        ("\u{85}\u{2028}\u{2029}", "\u{205F}"), (" \u{A0} ", " \u{1680} "),
    ])
    func cutsWhiteSpaceAroundAnythingButASecret(before: String, after: String) throws {
        for rule in [TextRule.name, .identifier(), .account, .host] {
            #expect(try rule.normalised("\(before)1a\(after)") == "1a")
            #expect(try rule.normalised("\(before)\(after)") == "")
        }
        #expect(try TextRule.name.normalised(" a b ") == "a b")
        #expect(try TextRule.secret.normalised("\(before)1a\(after)") == "\(before)1a\(after)")
    }

    /// The name would look like another one.
    @Test(arguments: [
        "\u{FEFF}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{2061}", "\u{AD}", "\u{34F}", "\u{115F}",
        "\u{1160}",
        "\u{3164}", "\u{FFA0}", "\u{17B4}", "\u{180B}", "\u{180E}", "\u{FE00}", "\u{FE0F}", "\u{E0001}", "\u{E0020}",
        "\u{E0100}", "\u{1D173}", "\u{2800}", "\u{A0}", "\u{2003}", "\u{3000}",
    ])
    func refusesWhatCannotBeSeen(character: String) {
        for rule in [TextRule.name, .identifier(), .account, .host] {
            for text in ["a\(character)b", "\(character)", "a\(character)", "\(character)a"] {
                let problem = rule.problem(with: text)
                #expect(problem?.hasPrefix("holds a character that cannot be seen") == true, "\(text.debugDescription)")
            }
        }
    }

    @Test(arguments: [" ", " a", "a ", " a ", " \u{301}"])
    func refusesASpaceAtTheEnds(text: String) {
        for rule in [TextRule.name, .identifier(), .account, .host] {
            #expect(rule.problem(with: text) == "begins or ends with a space")
        }
    }

    @Test(arguments: ["a", "é", "🎉"])
    func limitsANameTo255Characters(character: String) {
        for rule in [TextRule.name, .identifier()] {
            let text = String(repeating: character, count: 256)
            #expect(rule.problem(with: text) == "has more than 255 characters")
        }
    }

    @Test(arguments: [
        ("flagsmith", "FLAGSMITH"), ("Flagsmith", "FLAGSMITH"), ("FLAGSMITH", "FLAGSMITH"), ("_a1$", "_A1$"),
        ("select", "SELECT"), ("a", "A"), ("_", "_"),
        // Not plain: Snowflake takes these in quotes alone, and keeps their case.
        ("my-db", "my-db"), ("1a", "1a"), ("$a", "$a"), ("a b", "a b"), ("é", "é"), ("ß", "ß"), ("ı", "ı"),
        ("a\"b", "a\"b"), ("a.b", "a.b"), ("", ""), ("My \"DB\"", "My \"DB\""),
        // In double quotes as it stands.
        ("\"analytics_db\"", "analytics_db"), (" \"a\" ", "a"), ("\" a \"", " a "), ("\"a\"\"b\"", "a\"b"),
        ("\"\"\"\"", "\""), ("\"\"\"a\"\"\"", "\"a\""), ("\"\"", ""), ("\"\"\"\u{301}\"", "\"\u{301}"),
    ])
    func foldsAPlainIdentifierToUpperCase(text: String, normalised: String) throws {
        #expect(try TextRule.identifier().normalised(text).unicodeScalars.elementsEqual(normalised.unicodeScalars))
    }

    @Test(arguments: ["\"", "\"a", "\"a\"b\"", "\"\"\"", "\"a\"\"", "\"a\" b", "\"a\"\u{301}", "\"a\".\"b\""])
    func refusesAQuotedNameThatIsNone(text: String) {
        #expect(throws: TextRule.Problem.self) { try TextRule.identifier().normalised(text) }
    }

    /// As `show` prints it, in quotes.
    @Test(arguments: ["analytics_db", "A", "a b", "a\"b", "\"", "\"a\"", "É"])
    func takesAStoredNameInQuotes(name: String) throws {
        let quoted = "\"\(name.replacing("\"", with: "\"\""))\""
        #expect(try TextRule.identifier().normalised(quoted) == name)
    }

    @Test(arguments: [
        ("a\\", false), ("\\", false), ("a\\\\", false), ("a\\\"", false), ("\\\"b", false), ("\\\"\u{301}", false),
        ("a\\b", true),
        ("\\a", true), ("a\"\\b", true), ("a\"", true),
    ])
    func refusesABackslashThatCouldEscapeAQuotationMark(text: String, isAccepted: Bool) {
        #expect((TextRule.identifier().problem(with: text) == nil) == isAccepted)
    }

    @Test func refusesNamesThatTheWarehouseKeeps() throws {
        let rule = TextRule.identifier(except: ["PUBLIC"])
        for text in ["public", "\"PUBLIC\"", "public ", "\u{A0}Public", " \"PUBLIC\"\n"] {
            let problem = rule.problem(with: try rule.normalised(text))
            #expect(problem == "is a name that the warehouse keeps for itself", "\(text)")
        }
        #expect(rule.problem(with: "PUBLICS") == nil)
        #expect(rule.problem(with: try rule.normalised("\"public\"")) == nil)
    }

    /// As Snowflake CLI 3.31 was seen to do, and as SnowSQL is documented to do, within double quotes too.
    @Test(arguments: [
        ("R&D", "&"), ("&", "&"), ("&x", "&"), ("&{x}", "&"), ("a&&b", "&"), ("<% x %>", "<%"), ("a<%", "<%"),
        ("%>", "%>"),
        ("{# x #}", "{#"), ("{{ x }}", "{{"), ("{% x %}", "{%"),
    ])
    func refusesWhatToolsReplaceInAScript(text: String, mark: String) {
        let problem = TextRule.identifier().problem(with: text)
        #expect(problem == "holds \(mark), which Snowflake's tools replace in a script")
        #expect(TextRule.name.problem(with: text) == nil)
    }

    @Test(arguments: [
        "<", "%", ">", "< %", "{", "}", "}}", "#}", "%}", "{ {", "$$", "${x}", "%s", "!source", ":x", "?",
    ])
    func acceptsWhatToolsLeaveAlone(text: String) {
        #expect(TextRule.identifier().problem(with: text) == nil)
    }

    @Test(arguments: [
        "a", "xy12345", "xy12345.us-east-1", "myorg-my_account", "ab98765.eu-central-1.aws", "a-_1",
        String(repeating: "a", count: 63),
    ])
    func acceptsTheLabelsOfAnAccount(text: String) {
        #expect(TextRule.account.problem(with: text) == nil)
    }

    @Test(arguments: [
        ".", "a.", ".a", "a..b", "a b", "a/b", "a:443", "a@b", "a#", "a?", "a%2e", "é", "a\u{301}", "ａ", "https://a",
        "*", "a.b.example.org/", "a\\b", "a'b", String(repeating: "a", count: 64),
        Array(repeating: "aaaaaaa", count: 32).joined(separator: "."),
    ])
    func refusesWhatWouldNotBeAHostName(text: String) {
        #expect(TextRule.account.problem(with: text) != nil)
        #expect(TextRule.host.problem(with: text) != nil)
    }

    @Test(arguments: [
        "localhost", "clickhouse.example.org", "a-b.c_d.EXAMPLE", "abc123.eu-west-1.aws.clickhouse.cloud", "10.0.0.1",
        "127.0.0.1", "::1", "2001:db8::8:1", "::ffff:10.0.0.1", "1a", "0xyz", "10.0.0.1.example",
    ])
    func acceptsAHost(text: String) throws {
        #expect(TextRule.host.problem(with: text) == nil)
        #expect(try TextRule.host.normalised(text) == text)
    }

    @Test(arguments: [
        "", "-a", "a-", "a.-b.c", "a b", "[a", "[a]b", "a]", "[[::1]]",
        "::1%eth0", "1.2.3", "1.2.3.4.5", "127.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1", "0x",
        "1.2.3.0x4", "256.0.0.1", "01.2.3.4", "1.2.3.04", ":::", "1::2::3", "example.123",
    ])
    func refusesAnythingElseAsAHost(text: String) throws {
        let rule = TextRule.host
        let problem = rule.problem(with: try rule.normalised(text))
        #expect(problem == (text.isEmpty ? "is empty" : "is no host name or IP address"))
    }

    @Test func limitsASecretTo1024Bytes() {
        #expect(TextRule.secret.problem(with: String(repeating: "é", count: 512)) == nil)
        #expect(TextRule.secret.problem(with: String(repeating: "é", count: 513)) == "has more than 1024 bytes")
    }

    /// A password may have any of these inside, and whoever copies one copies what stands beside it.
    @Test(arguments: [
        " ", "\u{A0}", "\u{3000}", "\u{FEFF}", "\u{200B}", "\u{200D}", "\u{2060}", "\u{AD}", "\u{3164}", "\u{FE0F}",
    ])
    func refusesWhatCannotBeSeenAtTheEndsOfASecret(character: String) {
        for text in [character, "a\(character)", "\(character)a"] {
            let problem = TextRule.secret.problem(with: text)
            #expect(problem == "begins or ends with a space or a character that cannot be seen: give it without")
        }
        #expect(TextRule.secret.problem(with: "a\(character)b") == nil)
    }

    @Test(arguments: [[0xFF], [0x61, 0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func refusesASecretThatIsNotUTF8(bytes: [UInt8]) {
        #expect(TextRule.problem(withSecret: bytes.span) == "is not UTF-8")
    }
}
