import Crypto
import FoundationEssentials

/// The public half of an RSA-4096 key pair: base64 of its SubjectPublicKeyInfo in DER, on one line, 736 characters.
///
/// Source: RFC 5280, section 4.1.2.7; RFC 3279, section 2.3.1.
public struct PublicKey: Hashable, Sendable {
    public let base64: String

    /// `SHA256:` and the base64 of the DER's SHA-256: as Snowflake shows it, and as a token names its key.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth, "Verify the user's public key fingerprint".
    public var fingerprint: String {
        // The initialiser takes nothing but base64.
        let subjectPublicKeyInfo = Data(base64Encoded: base64) ?? Data()
        return "SHA256:\(Data(SHA256.hash(data: subjectPublicKeyInfo)).base64EncodedString())"
    }

    /// The key that `text` spells, or nil if it is anything else.
    public init?(_ text: String) {
        // 550 bytes have a last group of one byte: two characters and "==".
        guard text.utf8.count == Self.length, text.hasPrefix(Self.prefix), text.hasSuffix(Self.suffix) else {
            return nil
        }
        let bytes = text.utf8.span
        for index in 0..<Self.length - 2 where !Self.isBase64(bytes[index]) { return nil }
        base64 = text
    }

    private static let length = 736
    /// `SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { SEQUENCE { INTEGER of 4,096 bits …`, as far as it
    /// fills whole groups of three bytes.
    private static let prefix = "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA"
    /// `… INTEGER 65537 } } }`
    private static let suffix = "CAwEAAQ=="

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
