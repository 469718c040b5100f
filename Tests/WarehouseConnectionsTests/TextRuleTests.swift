import Testing

@testable import WarehouseConnections

@Suite struct TextRuleTests {
    @Test(arguments: [
        TextRule.name, .identifier(), .hostLabels, .host, .secret,
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
        "a", " ", "A b", "Événements", "E\u{301}", "🎉", "👩‍👩‍👧", "\"", "'", "\\", "`", "$$", "--", ";", "{{", "select",
        "漢字", String(repeating: "a", count: 255), String(repeating: "🎉", count: 255),
    ])
    func acceptsAnyOtherName(text: String) {
        #expect(TextRule.name.problem(with: text) == nil)
        #expect(TextRule.name.normalised(text).utf8.elementsEqual(text.utf8))
        #expect(text.utf8.count <= WarehouseConfiguration.longestValue)
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
        ("a\"b", "a\"b"), ("a.b", "a.b"), ("", ""),
    ])
    func foldsAPlainIdentifierToUpperCase(text: String, normalised: String) {
        #expect(TextRule.identifier().normalised(text) == normalised)
    }

    @Test(arguments: [
        ("a\\", false), ("\\", false), ("a\\\\", false), ("a\\\"", false), ("\\\"b", false), ("\\\"\u{301}", false),
        ("a\\b", true),
        ("\\a", true), ("a\"\\b", true), ("a\"", true),
    ])
    func refusesABackslashThatCouldEscapeAQuotationMark(text: String, isAccepted: Bool) {
        #expect((TextRule.identifier().problem(with: text) == nil) == isAccepted)
    }

    @Test func refusesNamesThatTheWarehouseKeeps() {
        let rule = TextRule.identifier(except: ["PUBLIC"])
        #expect(rule.problem(with: rule.normalised("public")) == "is a name that the warehouse keeps for itself")
        #expect(rule.problem(with: "PUBLICS") == nil)
    }

    @Test(arguments: [
        "a", "xy12345", "xy12345.us-east-1", "myorg-my_account", "ab98765.eu-central-1.aws", "A-_1",
        String(repeating: "a", count: 63),
    ])
    func acceptsLabels(text: String) {
        #expect(TextRule.hostLabels.problem(with: text) == nil)
    }

    @Test(arguments: [
        ".", "a.", ".a", "a..b", "a b", "a/b", "a:443", "a@b", "a#", "a?", "a%2e", "é", "a\u{301}", "ａ", "https://a",
        "*", "a.b.example.org/", "a\\b", "a'b", String(repeating: "a", count: 64),
        Array(repeating: "aaaaaaa", count: 32).joined(separator: "."),
    ])
    func refusesWhatWouldNotBeAHostName(text: String) {
        #expect(TextRule.hostLabels.problem(with: text) != nil)
        #expect(TextRule.host.problem(with: text) != nil)
    }

    @Test(arguments: [
        "localhost", "clickhouse.example.org", "a-b.c_d.EXAMPLE", "abc123.eu-west-1.aws.clickhouse.cloud", "10.0.0.1",
        "127.0.0.1", "::1", "2001:db8::8:1", "::ffff:10.0.0.1", "1a", "0xyz", "10.0.0.1.example",
    ])
    func acceptsAHost(text: String) {
        #expect(TextRule.host.problem(with: text) == nil)
        #expect(TextRule.host.normalised(text) == text)
    }

    @Test func takesTheBracketsOffAnAddress() {
        #expect(TextRule.host.normalised("[2001:db8::1]") == "2001:db8::1")
    }

    @Test(arguments: [
        "http://a", "a:8443", "a/", "a/b", "user@a", "-a", "a-", "a.-b.c", "a b", "[a", "[a]b", "a]", "[[::1]]",
        "::1%eth0", "1.2.3", "1.2.3.4.5", "127.1", "2130706433", "017700000001", "0x7f000001", "0X7F.1", "0x",
        "1.2.3.0x4", "256.0.0.1", "01.2.3.4", "1.2.3.04", ":::", "1::2::3", "example.123",
    ])
    func refusesAnythingElseAsAHost(text: String) {
        let rule = TextRule.host
        #expect(rule.problem(with: rule.normalised(text)) == "is no host name or IP address")
    }

    @Test func limitsASecretTo1024Bytes() {
        #expect(TextRule.secret.problem(with: String(repeating: "é", count: 512)) == nil)
        #expect(TextRule.secret.problem(with: String(repeating: "é", count: 513)) == "has more than 1024 bytes")
    }
}
