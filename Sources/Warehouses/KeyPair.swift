import CryptoExtras
public import Foundation
import Glibc
public import WarehouseConnections

/// An RSA-4096 key pair that nobody has seen. Making one takes about half a second.
///
/// It can't be copied or printed, so that the private half stays in one place until it is sealed.
public struct KeyPair: ~Copyable, Sendable {
    public let publicKey: PublicKey
    private let privateKey: _RSA.Signing.PrivateKey

    /// - Throws: an error of swift-crypto if the system has no random bits.
    public init() throws {
        let made = try _RSA.Signing.PrivateKey(keySize: .init(bitCount: 4096))
        guard let publicKey = PublicKey(made.publicKey.derRepresentation.base64EncodedString()) else {
            throw InvalidValue("public_key", "is not RSA-4096")
        }
        self.publicKey = publicKey
        privateKey = made
    }

    /// Lends the private half as PKCS#8 in DER (RFC 5958). `body` takes the bytes over and seals them at once; what it
    /// leaves in its argument is zeroed.
    public borrowing func withPrivateKey<Result, Failure>(
        _ body: (inout Data) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var bytes = privateKey.pkcs8DERRepresentation
        defer {
            // Unlike a loop's, the compiler may not leave these writes out.
            unsafe bytes.withUnsafeMutableBytes { bytes in
                if let start = bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
            }
        }
        return try body(&bytes)
    }
}
