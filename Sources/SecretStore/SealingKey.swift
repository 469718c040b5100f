import Crypto
import Foundation
import WarehouseConnections

/// The private half of a sealing key, which opens what its public half has sealed. It prints `[redacted]`.
///
/// Its file is one line, `whsk1_<64 hexadecimal digits>_<fingerprint>`, so that secret scanners recognise it and a
/// mistyped or damaged copy is refused: the fingerprint is that of the public half.
public struct SealingKey: Sendable {
    let privateKey: Curve25519.KeyAgreement.PrivateKey
    /// The file that it was read from or is meant for.
    let file: String

    /// A key that nobody has seen.
    static func random(for file: String) -> SealingKey {
        SealingKey(privateKey: Curve25519.KeyAgreement.PrivateKey(), file: file)
    }

    private init(privateKey: Curve25519.KeyAgreement.PrivateKey, file: String) {
        self.privateKey = privateKey
        self.file = file
    }

    /// Reads the file that ``SecretStore/initialise(path:sealingKeyFile:)`` or ``SecretStore/reseal(with:to:)`` made; a
    /// pipe will do.
    ///
    /// - Throws: ``SecretStoreError``: `missingFile`, `unreadable`, or `notASealingKey`.
    public init(contentsOf file: String) throws(SecretStoreError) {
        let content = try Secret(contentsOf: file)
        self = try content.withBytes { bytes in Self.parse(bytes, file) }.get()
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the public half: no secret.
    public var fingerprint: String { publicKey.fingerprint }

    var publicKey: PublicSealingKey { PublicSealingKey(privateKey.publicKey) }

    private static let prefix = Array("whsk1_".utf8)

    /// The line of its file.
    var line: Secret {
        var raw = privateKey.rawRepresentation
        Self.clamp(&raw)
        var line: [UInt8] = []
        // Not to leave a shorter buffer behind when it grows.
        line.reserveCapacity(128)
        line.append(contentsOf: Self.prefix)
        for byte in raw { line.append(contentsOf: [Hexadecimal.digit(byte >> 4), Hexadecimal.digit(byte & 15)]) }
        unsafe raw.withUnsafeMutableBytes { unsafe $0.wipe() }
        line.append(contentsOf: "_\(fingerprint)\n".utf8)
        return Secret(taking: &line)
    }

    /// Sets the five bits that X25519 does not look at (RFC 7748, section 5): the same key must not have two spellings, or
    /// a mistyped one could pass.
    private static func clamp(_ raw: inout some MutableCollection<UInt8>) {
        for (place, index) in raw.indices.enumerated() {
            if place == 0 { raw[index] &= 0xF8 }
            if place == 31 { raw[index] = raw[index] & 0x7F | 0x40 }
        }
    }

    private static func parse(_ bytes: Span<UInt8>, _ file: String) -> Result<SealingKey, SecretStoreError> {
        func refused(_ found: String) -> Result<SealingKey, SecretStoreError> {
            .failure(.notASealingKey(file: file, found: found))
        }
        if bytes.isEmpty { return refused("it is empty") }
        guard bytes.count >= prefix.count, prefix.indices.allSatisfy({ bytes[$0] == prefix[$0] }) else {
            return refused("it does not start with whsk1_")
        }
        let isLine = bytes.count == 88 && bytes[87] == UInt8(ascii: "\n")
        guard bytes.count == 87 || isLine, bytes[70] == UInt8(ascii: "_") else {
            return refused("it is not one line of 87 characters")
        }
        var raw = [UInt8](repeating: 0, count: 32)
        defer { unsafe raw.withUnsafeMutableBytes { unsafe $0.wipe() } }
        for index in raw.indices {
            guard let high = Hexadecimal.value(bytes[6 + 2 * index]), let low = Hexadecimal.value(bytes[7 + 2 * index])
            else { return refused("it has other characters than 0-9 and a-f") }
            raw[index] = high << 4 | low
        }
        var clamped = raw
        defer { unsafe clamped.withUnsafeMutableBytes { unsafe $0.wipe() } }
        clamp(&clamped)
        guard clamped == raw, let privateKey = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: raw) else {
            return refused("it is no X25519 key")
        }
        let key = SealingKey(privateKey: privateKey, file: file)
        let expected = Array(key.fingerprint.utf8)
        guard expected.indices.allSatisfy({ bytes[71 + $0] == expected[$0] }) else {
            return refused("its fingerprint is not that of its key: it was changed")
        }
        return .success(key)
    }
}

extension SealingKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
