import Crypto
import Foundation
import WarehouseConnections

/// The half of a sealing key that seals and cannot open.
struct PublicSealingKey: Sendable {
    let key: Curve25519.KeyAgreement.PublicKey

    init(_ key: Curve25519.KeyAgreement.PublicKey) { self.key = key }

    /// The key, or nil unless `rawValue` is 32 bytes.
    init?(_ rawValue: Data) {
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: rawValue) else { return nil }
        self.key = key
    }

    var rawValue: Data { key.rawRepresentation }

    /// The first 8 bytes of its SHA-256 in hexadecimal: what tells keys apart for people.
    var fingerprint: String {
        Hexadecimal.text(Array(SHA256.hash(data: rawValue)).prefix(8))
    }
}

extension PublicSealingKey: Equatable {
    static func == (one: PublicSealingKey, other: PublicSealingKey) -> Bool { one.rawValue == other.rawValue }
}
