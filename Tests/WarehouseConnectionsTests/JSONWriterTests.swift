import Testing
import WarehouseConnections

@Suite struct JSONWriterTests {
    @Test(arguments: [
        ("\u{00}", #"\u0000"#), ("\u{01}", #"\u0001"#), ("\u{02}", #"\u0002"#), ("\u{03}", #"\u0003"#),
        ("\u{04}", #"\u0004"#), ("\u{05}", #"\u0005"#), ("\u{06}", #"\u0006"#), ("\u{07}", #"\u0007"#),
        ("\u{08}", #"\b"#), ("\u{09}", #"\t"#), ("\u{0A}", #"\n"#), ("\u{0B}", #"\u000b"#),
        ("\u{0C}", #"\f"#), ("\u{0D}", #"\r"#), ("\u{0E}", #"\u000e"#), ("\u{0F}", #"\u000f"#),
        ("\u{10}", #"\u0010"#), ("\u{11}", #"\u0011"#), ("\u{12}", #"\u0012"#), ("\u{13}", #"\u0013"#),
        ("\u{14}", #"\u0014"#), ("\u{15}", #"\u0015"#), ("\u{16}", #"\u0016"#), ("\u{17}", #"\u0017"#),
        ("\u{18}", #"\u0018"#), ("\u{19}", #"\u0019"#), ("\u{1A}", #"\u001a"#), ("\u{1B}", #"\u001b"#),
        ("\u{1C}", #"\u001c"#), ("\u{1D}", #"\u001d"#), ("\u{1E}", #"\u001e"#), ("\u{1F}", #"\u001f"#),
        ("\"", #"\""#), ("\\", #"\\"#),
    ])
    func escapes(character: String, escape: String) {
        #expect(written(character) == bytes(escape))
        #expect(written("é\(character)/\(character)\(character)ü") == bytes("é\(escape)/\(escape)\(escape)ü"))
    }

    @Test(arguments: [
        "", " ", "/", "</script>", "'", "\u{7F}", "\u{80}", "\u{9F}", "é", "e\u{301}", "\u{212A}", "\u{2028}",
        "\u{2029}", "\u{FEFF}", "\u{FFFD}", "１", "漢字", "🎉", "👩‍👩‍👧", "\u{10FFFF}", "&<>", "${x}",
    ])
    func doesNotEscape(text: String) {
        #expect(written(text) == bytes(text))
        // In the tail of a text with an escape, too.
        #expect(written("\"" + text) == bytes("\\\"" + text))
    }

    @Test func escapesAPrefixThatHidesInAGrapheme() {
        // One Character each for Swift, so a writer that compares Characters would miss the first half.
        #expect(written("\"\u{301}") == bytes("\\\"\u{301}"))
        #expect(written("\\\u{20E0}") == bytes("\\\\\u{20E0}"))
        #expect(written("\r\n") == bytes(#"\r\n"#))
    }

    @Test func separatesMembersAndElements() {
        var json = JSONWriter()
        json.array { json in
            json.object { json in
                json.member("a", "1")
                json.member("b", Int64.min)
                json.member("c") { json in
                    json.member("d", nil)
                    json.member("e", Int64.max)
                }
                json.member("f", "")
            }
            json.object { _ in }
            json.array { _ in }
            json.array { json in json.object { _ in } }
        }
        let text = #"[{"a":"1","b":-9223372036854775808,"c":{"d":null,"e":9223372036854775807},"f":""},{},[],[{}]]"#
        #expect(json.bytes == bytes(text))
    }

    @Test func writesAValueOfEachKind() {
        var json = JSONWriter()
        json.object { json in
            json.member("a", FieldValue.text("1\""))
            json.member("b", FieldValue.integer(-1))
            json.member("c", FieldValue.boolean(true))
            json.member("d", false)
        }
        #expect(json.bytes == bytes(#"{"a":"1\"","b":-1,"c":true,"d":false}"#))
    }

    @Test(arguments: ["[", "{", ":", ",", "]", "}"])
    func separatesAfterATextThatEndsInPunctuation(text: String) {
        var json = JSONWriter()
        json.object { json in
            json.member("a", text)
            json.member("b") { $0.member("c", text) }
            json.member("d", text)
        }
        #expect(json.bytes == bytes(#"{"a":"\#(text)","b":{"c":"\#(text)"},"d":"\#(text)"}"#))
    }

    /// The search for what needs an escape takes eight bytes at once.
    @Test func escapesAByteWhereverItStands() {
        for byte in UInt8(0)..<128 {
            let character = String(Unicode.Scalar(byte))
            for length in 0..<20 {
                for place in 0...length {
                    let before = String(repeating: "a", count: place)
                    let after = String(repeating: "\u{7F}", count: length - place)
                    #expect(written(before + character + after) == bytes(before) + written(character) + bytes(after))
                }
            }
        }
    }

    @Test func keepsTheMembersOrder() {
        var json = JSONWriter()
        let names = ["z", "a", "m", "B", "y", "0"]
        json.object { json in for name in names { json.member(name, nil) } }
        #expect(json.bytes == bytes(#"{"z":null,"a":null,"m":null,"B":null,"y":null,"0":null}"#))
    }

    /// What is written for `text` between the quotes, or more if there are none.
    private func written(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { $0.member("x", text) }
        guard json.bytes.starts(with: bytes(#"{"x":""#)), json.bytes.suffix(2) == bytes("\"}")[...] else {
            return json.bytes
        }
        return Array(json.bytes.dropFirst(6).dropLast(2))
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
