import CryptoExtras
import Foundation
import Testing
import WarehouseConnections
import Warehouses

@Suite(.timeLimit(.minutes(10)))
struct KeyPairTests {
    @Test func isRSA4096ToOpenSSL() async throws {
        let pair = try KeyPair()
        let publicText = try await shell(
            "base64 -d | openssl pkey -pubin -inform DER -noout -text",
            input: Array(pair.publicKey.base64.utf8)
        )
        #expect(publicText.contains("(4096 bit)") && publicText.contains("Exponent: 65537"), "\(publicText)")
        let privateKey = pair.withPrivateKey { Array($0) }
        let checked = try await shell("openssl pkey -inform DER -check -pubout", input: privateKey)
        #expect(checked.contains("Key is valid"))
        let lines = checked.split(separator: "\n")
        let body = lines.drop { !$0.contains("BEGIN PUBLIC KEY") }.dropFirst().dropLast()
        #expect(body.joined() == pair.publicKey.base64)
    }

    @Test func hasTheFingerprintThatOpenSSLComputes() async throws {
        let key = try KeyPair().publicKey
        let digest = try await shell("base64 -d | openssl dgst -sha256 -binary | base64", input: Array(key.base64.utf8))
        #expect(key.fingerprint + "\n" == "SHA256:\(digest)")
    }

    @Test func handsThePrivateHalfOutAsPKCS8() throws {
        let pair = try KeyPair()
        let bytes = pair.withPrivateKey { bytes in
            let copy = Array(bytes)
            // As whoever seals them does.
            bytes = Data()
            return copy
        }
        // INTEGER 0, SEQUENCE { rsaEncryption, NULL } after the outer SEQUENCE (RFC 5958, section 2).
        let head: [UInt8] = [2, 1, 0, 0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0]
        #expect(bytes[4..<4 + head.count].elementsEqual(head))
        let key = try _RSA.Signing.PrivateKey(derRepresentation: bytes)
        #expect(key.keySizeInBits == 4096)
        #expect(key.publicKey.derRepresentation.base64EncodedString() == pair.publicKey.base64)
        // As often as it is asked.
        #expect(pair.withPrivateKey { Array($0) } == bytes)
    }

    @Test func passesOnTheErrorOfItsBody() throws {
        let pair = try KeyPair()
        let problem = InvalidValue("secret", "cannot be sealed")
        #expect(throws: problem) {
            try pair.withPrivateKey { _ throws(InvalidValue) -> Void in throw problem }
        }
    }

    @Test func isAnotherOneEachTime() throws {
        #expect(try KeyPair().publicKey != KeyPair().publicKey)
    }
}
