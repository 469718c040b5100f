import Foundation
import Testing
import WarehouseConnections

@testable import SecretStore

@Suite
struct SealedSecretTests {
    private let key = SealingKey.random(for: "key")
    private static let id = SecretID.sample(12, "wc_ab", "password", 3)

    private func sealed(_ text: String = "hunter2") throws -> SealedSecret {
        try SealedSecret(sealing: Secret(text), of: Self.id, to: key.publicKey)
    }

    @Test(arguments: [0, 1, 14, 62, 63, 64, 65, 3_272, 65_536])
    func opensAsItWasSealed(_ count: Int) throws {
        // Ends like padding.
        let text = String(repeating: "x", count: max(0, count - 2)) + String("\u{1}\0".suffix(min(count, 2)))
        #expect(try sealed(text).open(as: Self.id, with: key) == Secret(text))
    }

    @Test
    func keepsTheLengthOfAPasswordToItself() throws {
        let lengths = try Set((0...63).map { try sealed(String(repeating: "x", count: $0)).ciphertext.count })
        #expect(lengths == [80])
    }

    @Test
    func neverSealsTheSameWayTwice() throws {
        let (one, other) = (try sealed(), try sealed())
        #expect(one.encapsulatedKey != other.encapsulatedKey)
        #expect(one.ciphertext != other.ciphertext)
    }

    @Test(arguments: [
        SecretID.sample(13, "wc_ab", "password", 3),
        .sample(1, "wc_ab", "password", 3),
        .sample(12, "wc_aB", "password", 3),
        .sample(12, "wc_abp", "assword", 3),
        .sample(12, "wc_a", "bpassword", 3),
        .sample(12, "wc_ab", "private_key", 3),
        .sample(12, "wc_ab", "password", 4),
        .sample(12, "wc_ab", "password", 1),
        .sample(3, "wc_ab", "password", 12),
    ])
    func opensNowhereElse(_ id: SecretID) throws {
        #expect(try sealed().open(as: id, with: key) == nil)
    }

    @Test
    func opensWithNoOtherKey() throws {
        #expect(try sealed().open(as: Self.id, with: .random(for: "other")) == nil)
    }

    @Test
    func doesNotOpenWithAnyBitChanged() throws {
        let sealed = try sealed()
        for bit in 0..<sealed.ciphertext.count * 8 {
            var ciphertext = sealed.ciphertext
            ciphertext[bit / 8] ^= 1 << UInt8(bit % 8)
            let changed = SealedSecret(encapsulatedKey: sealed.encapsulatedKey, ciphertext: ciphertext)
            #expect(changed.open(as: Self.id, with: key) == nil, "bit \(bit) of the ciphertext")
        }
        for bit in 0..<256 {
            var encapsulatedKey = sealed.encapsulatedKey
            encapsulatedKey[bit / 8] ^= 1 << UInt8(bit % 8)
            let changed = SealedSecret(encapsulatedKey: encapsulatedKey, ciphertext: sealed.ciphertext)
            #expect(changed.open(as: Self.id, with: key) == nil, "bit \(bit) of the encapsulated key")
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 79])
    func doesNotOpenWhenCut(_ count: Int) throws {
        let sealed = try sealed()
        let cut = SealedSecret(encapsulatedKey: sealed.encapsulatedKey, ciphertext: sealed.ciphertext.prefix(count))
        #expect(cut.open(as: Self.id, with: key) == nil)
        let encapsulatedKey = sealed.encapsulatedKey.prefix(min(count, 31))
        let short = SealedSecret(encapsulatedKey: encapsulatedKey, ciphertext: sealed.ciphertext)
        #expect(short.open(as: Self.id, with: key) == nil)
    }

    @Test
    func hasAnAssociatedDatumForEachIdentity() {
        #expect(
            SecretID.sample(258, "wc_ab", "key", 3).associatedData
                == [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 5] + Array("wc_ab".utf8) + [3] + Array("key".utf8)
        )
    }

    /// Sealed once and opened with Python's cryptography and RFC 9180 in hand, too: what is stored must open for ever.
    @Test
    func opensWhatWasSealedBefore() throws {
        func bytes(_ digits: String) -> Data {
            let values = digits.utf8.compactMap { Hexadecimal.value($0) }
            return Data(stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] })
        }
        let site = try Site(initialised: false)
        let digits = Hexadecimal.text((Array(0..<31) + [0x5F])[...])
        try site.write("whsk1_\(digits)_eedd883da0a94515\n", to: "key")
        let sealed = SealedSecret(
            encapsulatedKey: bytes("d287fe2596c19c116bc6e89807da3109fbc0235f08761f29a1459f9a221b4f3d"),
            ciphertext: bytes(
                "2b41e6eaf5cc402b2a08aceb95c1c21edfcf2c887e4614087a97b4eea87a61554df88b8b8fe442a4"
                    + "dd4baef260c57917fd537c04c45f0bb71b2cf0f3f1989d3a2d0e5c313a39d20b1f536b81bb66ebe4"
            )
        )
        #expect(try sealed.open(as: Self.id, with: site.key) == Secret("hunter2"))
    }
}
