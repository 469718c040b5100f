import Crypto

/// A key as its holder presents it: `whc_<key id>_<secret>_<checksum>`, 67 characters.
///
/// The checksum is the CRC-32 of everything before its `_`, so that secret scanners recognise a key and a mistyped one is
/// refused without a look-up. It holds the secret's SHA-256 and not the secret.
public struct APIKey: Sendable {
    public let id: KeyID
    private let secretDigest: SHA256.Digest

    /// The key that `text` spells, or nil if its form or its checksum is wrong.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.length, bytes.starts(with: Self.prefix.utf8), bytes[16] == UInt8(ascii: "_"),
            bytes[60] == UInt8(ascii: "_"), let id = KeyID(String(decoding: bytes[4..<16], as: UTF8.self)),
            bytes[17..<60].allSatisfy(Self.secretAlphabet.contains),
            Array(bytes[61...]) == Self.checksum(of: bytes[..<60])
        else { return nil }
        self.id = id
        secretDigest = SHA256.hash(data: bytes[17..<60])
    }

    /// Makes a key that nobody has seen: 256 random bits from the system's generator. The text is the only copy.
    public static func random() -> (text: String, id: KeyID, secretDigest: [UInt8]) {
        let id = KeyID.random()
        var generator = SystemRandomNumberGenerator()
        var secret: [UInt8] = (0..<42).map { _ in Self.secretAlphabet[Int.random(in: 0..<64, using: &generator)] }
        // 42 characters hold 252 bits; the last one holds four more, in the upper bits of its six.
        secret.append(Self.secretAlphabet[Int.random(in: 0..<16, using: &generator) << 2])
        let bytes = Array(Self.prefix.utf8) + Array(id.rawValue.utf8) + [UInt8(ascii: "_")] + secret
        let text = bytes + [UInt8(ascii: "_")] + checksum(of: bytes[...])
        return (String(decoding: text, as: UTF8.self), id, Array(SHA256.hash(data: secret)))
    }

    /// Whether the secret is the one that `digest`, 32 bytes, was made of. Takes the same time for any digest.
    public func isMade(of digest: [UInt8]) -> Bool {
        secretDigest == digest
    }

    private static let prefix = "whc_"
    private static let length = 67
    /// base64url (RFC 4648, section 5).
    private static let secretAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Six places in base 62.
    private static func checksum(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var rest = Int(crc32(bytes))
        var places: [UInt8] = []
        for _ in 0..<6 {
            places.append(digits[rest % 62])
            rest /= 62
        }
        return places.reversed()
    }
}

/// zlib's CRC-32 (ISO 3309, reflected, polynomial 0xEDB88320).
private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~remainder
}
