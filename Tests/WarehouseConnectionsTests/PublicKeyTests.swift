import Foundation
import Testing
import WarehouseConnections

@Suite struct PublicKeyTests {
    /// The key of organisation 1 in the fixtures.
    let base64: String

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/organisation-1.detail.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file.standardizedFileURL))
        base64 = try #require((json as? [String: Any])?["public_key"] as? String)
        try #require(base64.utf8.count == 736)
    }

    @Test func keepsItsSpelling() {
        #expect(PublicKey(base64)?.base64 == base64)
    }

    @Test(arguments: [
        "-", "_", "=", " ", "\n", "\u{0}", ".", "@", "[", "`", "{", ":", "\\", "\"", "'", ",", "*",
        "\u{7F}",
    ])
    func refusesACharacterThatIsNotBase64(character: String) {
        for position in 0..<734 where PublicKey(replacing(position, by: character)) != nil {
            Issue.record("accepted at \(position)")
        }
    }

    @Test func refusesLettersThatAreNotASCII() throws {
        // As many bytes as what they replace.
        for (character, count) in [("é", 2), ("Ａ", 3), ("\u{212A}", 3), ("🎉", 4)] {
            let key = String(base64.prefix(300)) + character + String(base64.dropFirst(300 + count))
            try #require(key.utf8.count == 736)
            #expect(PublicKey(key) == nil)
        }
        // The Kelvin sign is equal to "K" for Swift, so this has the right prefix.
        let start = base64.prefix(44).replacing("K", with: "\u{212A}")
        try #require(base64.hasPrefix(start) && start.utf8.count == 46)
        #expect(PublicKey(start + String(base64.dropFirst(46))) == nil)
    }

    @Test func refusesAnotherLength() {
        #expect(PublicKey("") == nil)
        #expect(PublicKey(String(base64.dropLast())) == nil)
        #expect(PublicKey(String(base64.dropLast(2))) == nil)
        #expect(PublicKey(base64 + "=") == nil)
        #expect(PublicKey(base64 + "\n") == nil)
        #expect(PublicKey(" " + base64) == nil)
        #expect(PublicKey(base64 + base64) == nil)
        #expect(PublicKey(String(base64.prefix(400) + "AAAA" + base64.dropFirst(400))) == nil)
    }

    @Test func refusesArmourAndLineBreaks() {
        #expect(PublicKey("-----BEGIN PUBLIC KEY-----\n\(base64)\n-----END PUBLIC KEY-----\n") == nil)
        #expect(PublicKey(String(base64.prefix(64) + "\n" + base64.dropFirst(64))) == nil)
        #expect(PublicKey(String(base64.prefix(64) + "\n" + base64.dropFirst(65))) == nil)
    }

    @Test(arguments: [
        ("MIICIjAN", "MIIBIjAN"),  // RSA-2048
        ("BAQEFAAOC", "BAQELAAOC"),  // another algorithm
        ("CAwEAAQ==", "CAwEAAw=="),  // an exponent of 3
        ("CAwEAAQ==", "CAwEAAR=="),  // a last group whose unused bits are not zero
    ])
    func refusesAnotherStructure(part: String, other: String) throws {
        let key = base64.replacing(part, with: other)
        try #require(key != base64 && key.utf8.count == 736)
        #expect(PublicKey(key) == nil)
    }

    private func replacing(_ position: Int, by character: String) -> String {
        String(base64.prefix(position)) + character + String(base64.dropFirst(position + 1))
    }
}
