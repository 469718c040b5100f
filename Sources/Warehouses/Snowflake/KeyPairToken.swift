import CryptoExtras
import Foundation
import WarehouseConnections

/// The tokens of Snowflake's key-pair authentication.
///
/// Made here and not by jwt-kit, because all of its interface is async, and our threads block.
///
/// Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating, "Using key-pair authentication"; RFC 7515,
/// section 7.1.
struct KeyPairToken: Sendable {
    /// In seconds: enough for one request.
    static let lifetime = 60

    private let issuer: String
    private let subject: String
    private let key: SigningKey

    init(account: SnowflakeAccount, user: String, key: SigningKey) {
        subject = "\(account.name).\(user.uppercased())"
        issuer = "\(subject).\(key.publicKey.fingerprint)"
        self.key = key
    }

    /// A new token. Use it for one request.
    ///
    /// - Throws: ``TestFailure`` if there is no memory left.
    func minted() throws(TestFailure) -> String {
        // Without a fraction, which NumericDate may have (RFC 7519): some readers refuse one.
        let now = Int(Date().timeIntervalSince1970)
        let claims = Claims(iss: issuer, sub: subject, iat: now, exp: now + Self.lifetime, jti: UUID().uuidString)
        do {
            let header = Data(#"{"alg":"RS256","typ":"JWT"}"#.utf8)
            let signed = try "\(header.base64URL).\(JSONEncoder().encode(claims).base64URL)"
            // RS256 is this padding with SHA-256 (RFC 7518, section 3.3).
            let signature = try key.rsa.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
            return "\(signed).\(signature.rawRepresentation.base64URL)"
        } catch {
            throw TestFailure("the token cannot be signed", cause: .service)
        }
    }

    private struct Claims: Encodable {
        let iss: String
        let sub: String
        let iat: Int
        let exp: Int
        let jti: String
    }
}

extension Data {
    /// Without padding (RFC 7515, section 2).
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
