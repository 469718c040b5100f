import Crypto
import CryptoExtras
import Foundation
import JWTKit
import WarehouseConnections

/// The tokens of Snowflake's key-pair authentication.
///
/// Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating, "Using key-pair authentication".
struct KeyPairToken: Sendable {
    /// In seconds: enough for one request.
    static let lifetime = 60.0

    private let issuer: String
    private let subject: String
    private let keys = JWTKeyCollection()

    init(account: SnowflakeAccount, user: String, key: SigningKey) async throws {
        let digest = Data(SHA256.hash(data: key.rsa.publicKey.derRepresentation))
        subject = "\(account.name).\(user.uppercased())"
        issuer = "\(subject).SHA256:\(digest.base64EncodedString())"
        await keys.add(rsa: try Insecure.RSA.PrivateKey(backing: key.rsa), digestAlgorithm: .sha256)
    }

    /// A token of this moment, which no request but one should have.
    func minted() async throws -> String {
        // NumericDate may have a fraction (RFC 7519); not every reader knows.
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        return try await keys.sign(
            Claims(
                iss: IssuerClaim(value: issuer),
                sub: SubjectClaim(value: subject),
                iat: IssuedAtClaim(value: now),
                exp: ExpirationClaim(value: now + Self.lifetime),
                jti: IDClaim(value: UUID().uuidString)
            )
        )
    }

    private struct Claims: JWTPayload {
        let iss: IssuerClaim
        let sub: SubjectClaim
        let iat: IssuedAtClaim
        let exp: ExpirationClaim
        let jti: IDClaim

        func verify(using algorithm: some JWTAlgorithm) throws { try exp.verifyNotExpired() }
    }
}
