import Testing

@testable import Warehouses

/// A server that repeats what it was sent must not get it into an error text.
@Suite struct RepeatedTextTests {
    @Test(arguments: [
        #"pa"ss\1 wö€😀"#, #"pa\"ss\\1 wö€😀"#, #"pa\"ss\\1 w\u00f6\u20AC\ud83d\ude00"#,
        "pa%22ss%5C1%20w%C3%B6%e2%82%ac%F0%9F%98%80", "pa%22ss%5c1+w%C3%B6%E2%82%AC%F0%9F%98%80",
        "pa&quot;ss&#92;1&#x20;w&ouml;&euro;&#128512;",
    ])
    func isRedacted(_ spelling: String) {
        let text = "key: <\(spelling)>, key: \(spelling)"
        #expect(text.redacting(#"pa"ss\1 wö€😀"#) == "key: <[redacted]>, key: [redacted]")
    }

    /// Whoever answers must not be able to keep it busy.
    @Test(.timeLimit(.minutes(1)), arguments: ["!", "\\", "€"])
    func takesNoTimeForATextThatNearlyRepeatsIt(_ sign: String) {
        let secret = String(repeating: sign, count: 200) + "a"
        for piece in ["%21", "\\", "\\u005c", "&#92;", "%E2%82%AC", sign] {
            let text = String(repeating: piece, count: 400) + "b"
            #expect(text.redacting(secret) == text)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func leavesNothingWhereTheSecretIsTooLong() {
        let longest = String(repeating: "ä", count: 4_096)
        let escaped = String(repeating: "%C3%A4", count: 4_096)
        #expect("a \(longest) b \(escaped) c".redacting(longest) == "a [redacted] b [redacted] c")
        #expect("text".redacting(longest + "ä") == "[redacted]")
    }

    @Test(arguments: ["pass", "PASS1", "pa-ss1", "", "[redacted]"])
    func leavesWhatIsAnotherText(_ text: String) {
        #expect(text.redacting("pass1") == text)
    }

    @Test(arguments: ["a.*b", "(", "[x]", "a|b", #"\d"#, "{1}", "^$"])
    func takesItForNoPattern(_ secret: String) {
        #expect("a\(secret)z axxb d 1".redacting(secret) == "a[redacted]z axxb d 1")
    }
}
