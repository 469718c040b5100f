import Testing
import WarehouseConnections

@Suite struct ConnectionIDTests {
    @Test(arguments: ["wc_a", "wc_Z", "wc_0", "wc_abc123", "wc_wc", "wc_" + String(repeating: "z", count: 61)])
    func keepsItsSpelling(text: String) throws {
        let id = try #require(ConnectionID(text))
        #expect(id.rawValue == text)
        #expect(id.description == text)
    }

    @Test func acceptsLettersAndDigitsAlone() {
        let allowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        for byte in UInt8.min...0x7F {
            let character = Character(UnicodeScalar(byte))
            #expect((ConnectionID("wc_\(character)") != nil) == allowed.contains(character), "U+\(byte)")
            #expect((ConnectionID("wc_a\(character)b") != nil) == allowed.contains(character), "U+\(byte)")
        }
    }

    @Test(arguments: [
        "", "w", "wc", "wc_", "abc123", "_a", "c_a", "xwc_a", " wc_a", "WC_a", "Wc_a", "wC_a", "wc-a", "wca", "wc__a",
        "wc_%61", "wc_é", "wc_e\u{301}", "wc_a\u{301}", "wc_\u{301}a", "wc_ａ", "wc_１", "wc_\u{212A}", "ｗc_a", "wc＿a",
    ])
    func refusesAnotherSpelling(text: String) {
        #expect(ConnectionID(text) == nil)
    }

    @Test(arguments: [62, 63, 10_000])
    func refusesMoreThan61Characters(count: Int) {
        #expect(ConnectionID("wc_" + String(repeating: "a", count: count)) == nil)
    }

    @Test func makesAnotherOneEachTime() {
        let ids = (0..<4000).map { _ in ConnectionID.random() }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.rawValue.count == 19 && ConnectionID($0.rawValue) == $0 })
        // Each of the 62 characters is expected 1,032 times with a deviation of 32: six of them off is one in a billion.
        var counts: [Character: Int] = [:]
        for id in ids { for character in id.rawValue.dropFirst(3) { counts[character, default: 0] += 1 } }
        #expect(counts.count == 62)
        #expect(counts.values.allSatisfy { (840...1224).contains($0) }, "\(counts)")
    }

    @Test func distinguishesLetterCase() {
        #expect(ConnectionID("wc_a") != ConnectionID("wc_A"))
    }

    @Test func readsAPartOfALongerText() {
        let text = "/wc_a/"
        let bytes = text.utf8.span
        let (id, idAndSlash) = (ConnectionID(bytes.extracting(1..<5)), ConnectionID(bytes.extracting(1...)))
        #expect(id == ConnectionID("wc_a"))
        #expect(idAndSlash == nil)
    }
}
