import Crypto

/// A key as its holder presents it: `whc_<key id>_<secret>_<checksum>`, 67 characters.
///
/// The checksum is the CRC-32 of everything before its `_`, so that secret scanners recognise a key and a mistyped one is
/// refused without a look-up. It holds the secret's SHA-256 and not the secret.
public struct APIKey: Sendable {
    public let id: KeyID
    private let secretDigest: SHA256.Digest

    /// The key that `text` spells in ASCII, or nil if its form or its checksum is wrong.
    public init?(_ text: Span<UInt8>) {
        guard text.count == Self.length, text.hasPrefix(Self.prefix), text[16] == UInt8(ascii: "_"),
            text[60] == UInt8(ascii: "_"), let id = KeyID(text.extracting(4..<16))
        else { return nil }
        for index in 17..<60 where !Self.isOfSecret(text[index]) { return nil }
        let checksum = Self.checksum(of: text.extracting(..<60))
        for index in 0..<6 where text[61 + index] != checksum[index] { return nil }
        self.id = id
        var hash = SHA256()
        unsafe text.extracting(17..<60).withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        secretDigest = hash.finalize()
    }

    /// The key that `text` spells, or nil if its form or its checksum is wrong.
    public init?(_ text: String) { self.init(text.utf8.span) }

    /// Makes a key that nobody has seen: 256 random bits from the system's generator. The text is the only copy.
    public static func random() -> (text: String, id: KeyID, secretDigest: [UInt8]) {
        let id = KeyID.random()
        var generator = SystemRandomNumberGenerator()
        var secret: [UInt8] = (0..<42).map { _ in Self.secretAlphabet[Int.random(in: 0..<64, using: &generator)] }
        // 42 characters hold 252 bits; the last one holds four more, in the upper bits of its six.
        secret.append(Self.secretAlphabet[Int.random(in: 0..<16, using: &generator) << 2])
        var text = Array(Self.prefix.utf8) + Array(id.rawValue.utf8) + [UInt8(ascii: "_")] + secret
        let checksum = checksum(of: text.span)
        text.append(UInt8(ascii: "_"))
        for index in checksum.indices { text.append(checksum[index]) }
        return (String(decoding: text, as: UTF8.self), id, Array(SHA256.hash(data: secret)))
    }

    /// What somebody who presents a key has in their hands.
    public enum Match: Equatable, Sendable {
        /// No key has this id.
        case unknown
        case wrongSecret
        /// The key itself, whatever its state.
        case key(StoredAPIKey)
    }

    /// How `stored`, the key with this id, fits. An unknown one is compared with what no secret is made of: the
    /// comparison takes the same time in all cases.
    public func match(_ stored: StoredAPIKey?) -> Match {
        let isRight = secretDigest == stored?.secretDigest ?? Self.noDigest
        guard let stored else { return .unknown }
        return isRight ? .key(stored) : .wrongSecret
    }

    private static let noDigest = [UInt8](repeating: 0, count: 32)
    private static let prefix = "whc_"
    private static let length = 67
    /// base64url (RFC 4648, section 5).
    private static let secretAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func isOfSecret(_ byte: UInt8) -> Bool {
        Alphanumeric.contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Six places in base 62.
    private static func checksum(of bytes: Span<UInt8>) -> [6 of UInt8] {
        var rest = Int(CRC32.checksum(of: bytes))
        var places = [6 of UInt8](repeating: 0)
        for index in places.indices.reversed() {
            places[index] = Alphanumeric.characters[rest % 62]
            rest /= 62
        }
        return places
    }
}

/// zlib's CRC-32 (ISO 3309, reflected, polynomial 0xEDB88320).
private enum CRC32 {
    static func checksum(of bytes: Span<UInt8>) -> UInt32 {
        var remainder = UInt32.max
        for index in bytes.indices {
            remainder = remainder >> 8 ^ table[Int(UInt8(truncatingIfNeeded: remainder) ^ bytes[index])]
        }
        return ~remainder
    }

    /// What eight steps make of each byte.
    private static let table = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { remainder, _ in remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
}
