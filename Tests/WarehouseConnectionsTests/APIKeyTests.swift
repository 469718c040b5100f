import Testing
import WarehouseConnections

@Suite struct APIKeyTests {
    /// The contract's example.
    private static let example = "whc_0123456789Ab_" + String(repeating: "A", count: 43) + "_0910IG"

    @Test
    func readsTheExampleOfTheContract() throws {
        let key = try #require(APIKey(Self.example))
        #expect(key.id.rawValue == "0123456789Ab")
        // SHA-256 of the secret as sha256sum has it.
        let digest: [UInt8] = [
            0x0F, 0x00, 0x73, 0x85, 0xB6, 0xF9, 0xD4, 0xB7, 0xEE, 0xB2, 0x74, 0x86, 0x05, 0xAF, 0xE1, 0xA9,
            0x84, 0xA0, 0xA3, 0xBF, 0xA3, 0xF0, 0x14, 0xD0, 0x9E, 0x2A, 0x78, 0x4C, 0xE9, 0xE5, 0xCD, 0x1A,
        ]
        let stored = try Self.stored(key.id, digest)
        #expect(key.match(stored) == .key(stored))
    }

    @Test
    func makesKeysThatItReads() throws {
        var seen: Set<String> = []
        for _ in 0..<200 {
            let (text, id, digest) = APIKey.random()
            let key = try #require(APIKey(text))
            #expect(text.utf8.count == 67)
            #expect(key.id == id)
            let stored = try Self.stored(id, digest)
            #expect(key.match(stored) == .key(stored))
            #expect(seen.insert(text).inserted)
            #expect(seen.insert(id.rawValue).inserted)
        }
    }

    @Test
    func matchesNoOtherDigest() throws {
        let (text, id, digest) = APIKey.random()
        let key = try #require(APIKey(text))
        for index in digest.indices {
            var other = digest
            other[index] ^= 1
            #expect(try key.match(Self.stored(id, other)) == .wrongSecret)
        }
        for other in [APIKey.random().secretDigest, [UInt8](repeating: 0, count: 32)] {
            #expect(try key.match(Self.stored(id, other)) == .wrongSecret)
        }
    }

    @Test
    func matchesNothingThatIsNotThere() throws {
        let key = try #require(APIKey(APIKey.random().text))
        #expect(key.match(nil) == .unknown)
    }

    @Test
    func refusesAnyOtherCharacter() {
        for index in Self.example.indices {
            for replacement in ["", "!", "=", "+", "/", " ", "\u{0}", "é", "Ａ", "_", "0", "a"] {
                var text = Self.example
                guard String(text[index]) != replacement else { continue }
                text.replaceSubrange(index...index, with: replacement)
                #expect(APIKey(text)?.id == nil, "\(text)")
            }
        }
    }

    @Test(arguments: [
        "", "whc_", "whc_0123456789Ab", example + "0", " " + example, example + "\n", example.uppercased(),
        example.replacing("whc", with: "whd"), String(example.dropLast(7)), example + example,
        example.replacing("_0910IG", with: "_910IG0"), example.replacing("_0910IG", with: "_000000"),
        String(repeating: "A", count: 67), String(repeating: "é", count: 67), String(repeating: "_", count: 67),
    ])
    func refusesAnythingElse(text: String) {
        #expect(APIKey(text)?.id == nil)
    }

    private static func stored(_ id: KeyID, _ digest: [UInt8]) throws -> StoredAPIKey {
        try StoredAPIKey(
            id: id,
            secretDigest: digest,
            organisation: #require(OrganisationID(1)),
            label: "",
            createdAt: #require(Timestamp("2026-01-01T00:00:00Z")),
            expiresAt: nil
        )
    }
}
