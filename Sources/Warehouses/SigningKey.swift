import CryptoExtras
public import Foundation
public import WarehouseConnections

/// The private half of a connection's key pair, ready to sign. It prints `[redacted]`.
public struct SigningKey: Sendable {
    let rsa: _RSA.Signing.PrivateKey
    public let publicKey: PublicKey

    /// - Parameter pkcs8: what ``KeyPair/withPrivateKey(_:)`` has lent; the caller wipes it.
    /// - Throws: ``InvalidValue`` if it is no RSA-4096 key; it holds no part of it.
    public init(pkcs8: Data) throws(InvalidValue) {
        guard let rsa = try? _RSA.Signing.PrivateKey(derRepresentation: pkcs8),
            let publicKey = PublicKey(rsa.publicKey.derRepresentation.base64EncodedString())
        else { throw InvalidValue("private_key", "is no RSA-4096 key") }
        self.rsa = rsa
        self.publicKey = publicKey
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
