import Crypto
import Foundation

/// A secret that only the private half of the sealing key opens, and only under the identity that it was sealed for.
///
/// Source: RFC 9180 (HPKE), mode base, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
struct SealedSecret: Equatable {
    /// The sender's part of the key agreement, 32 bytes, new for each secret.
    let encapsulatedKey: Data
    /// The padded secret, and 16 bytes that authenticate it.
    let ciphertext: Data

    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    /// Nothing that was sealed for another use, or in another way, opens here.
    private static let info = Data("Flagsmith warehouse connections, secret store, version 1".utf8)

    init(encapsulatedKey: Data, ciphertext: Data) {
        self.encapsulatedKey = encapsulatedKey
        self.ciphertext = ciphertext
    }

    init(sealing secret: Secret, of id: SecretID, to key: PublicSealingKey) throws {
        var padded = Self.padded(secret)
        defer { unsafe padded.withUnsafeMutableBytes { unsafe $0.wipe() } }
        var sender = try HPKE.Sender(recipientKey: key.key, ciphersuite: Self.suite, info: Self.info)
        // A slice of something longer.
        ciphertext = Data(try sender.seal(padded, authenticating: id.associatedData))
        encapsulatedKey = sender.encapsulatedKey
    }

    /// The secret, or nil if it was sealed for another identity or to another key, or has changed since.
    func open(as id: SecretID, with key: SealingKey) -> Secret? {
        guard
            var recipient = try? HPKE.Recipient(
                privateKey: key.privateKey,
                ciphersuite: Self.suite,
                info: Self.info,
                encapsulatedKey: encapsulatedKey
            ),
            var padded = try? recipient.open(ciphertext, authenticating: id.associatedData)
        else { return nil }
        defer { unsafe padded.withUnsafeMutableBytes { unsafe $0.wipe() } }
        guard let end = padded.lastIndex(where: { $0 != 0 }), padded[end] == Self.endMark else { return nil }
        var bytes = [UInt8](padded[..<end])
        return Secret(taking: &bytes)
    }

    private static let endMark: UInt8 = 0x80

    /// The secret, 0x80, and zeroes up to a multiple of 64 bytes (ISO/IEC 7816-4), for two reasons: the length of a
    /// password can't be read off its ciphertext; and Foundation copies up to 14 bytes to where nobody can zero them.
    private static func padded(_ secret: Secret) -> [UInt8] {
        secret.withBytes { bytes in
            let blocks = bytes.count / 64 + 1
            var padded = [UInt8](repeating: 0, count: blocks * 64)
            for index in bytes.indices { padded[index] = bytes[index] }
            padded[bytes.count] = endMark
            return padded
        }
    }
}
