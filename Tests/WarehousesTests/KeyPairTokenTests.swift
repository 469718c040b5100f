import Foundation
import Testing

@testable import Warehouses

/// Our tokens beside those of snowflake-connector-python 4.8.1, `AuthByKeyPair`. Version 5 makes them in a library that is
/// not Python any more.
@Suite(.timeLimit(.minutes(5)))
struct KeyPairTokenTests {
    private static let accounts = [
        "xy12345", "xy12345.us-east-1", "xy12345.eu-central-1.aws", "xy12345.eu-central-1.privatelink",
        "MyOrg-My_Account", "myorg-myaccount.privatelink", "acme-eu1.global", "acme-west-eu1.global",
        "s3testaccount.global", "xy12345.cn-northwest-1.aws", "myorg-account.snowflakecomputing.cn", "myorg-cn_account",
    ]
    private static let users = ["FLAGSMITH_SERVICE", "flagsmith service", "straße"]

    private struct Case: Encodable {
        let account: String
        let user: String
        let token: String
    }

    private struct Input: Encodable {
        let key: Data
        let cases: [Case]
    }

    private struct Answer: Decodable {
        let token: String
        let resigned: String
    }

    @Test func areThoseOfSnowflakesOwnConnector() async throws {
        let bytes = try KeyPair().withPrivateKey { Data($0) }
        let key = try SigningKey(pkcs8: bytes)
        let cases = try Self.accounts.flatMap { account in
            try Self.users.map { user in
                let token = KeyPairToken(account: SnowflakeAccount(account), user: user, key: key)
                return Case(account: account, user: user, token: try token.minted())
            }
        }
        let output = try await PythonEnvironment(name: "connector").run(
            #""$bin/python" -B "${project}Tests/WarehousesTests/connector_tokens.py""#,
            input: Array(try JSONEncoder().encode(Input(key: bytes, cases: cases)))
        )
        let answers = try JSONDecoder().decode([Answer].self, from: Data(output.utf8))
        try #require(answers.count == cases.count)
        for (ours, theirs) in zip(cases, answers) {
            let name = Comment("\(ours.account), \(ours.user)")
            #expect(ours.token == theirs.resigned, name)
            var (our, their) = try (Self.parts(ours.token), Self.parts(theirs.token))
            #expect(our.header == their.header, name)
            let (ourTime, theirTime) = try (Self.takeTime(&our.claims), Self.takeTime(&their.claims))
            #expect(ourTime.lifetime == theirTime.lifetime, name)
            #expect(abs(ourTime.issued - theirTime.issued) < 300, name)
            #expect(UUID(uuidString: our.claims.removeValue(forKey: "jti") as? String ?? "") != nil, name)
            #expect(our.claims as? [String: String] == their.claims as? [String: String], name)
            #expect(our.claims.count == 2, name)
        }
    }

    @Test func differEachTime() throws {
        let key = try SigningKey(pkcs8: KeyPair().withPrivateKey { Data($0) })
        let token = KeyPairToken(account: SnowflakeAccount("xy12345"), user: "U", key: key)
        #expect(try token.minted() != token.minted())
    }

    private static func parts(_ token: String) throws -> (header: Data, claims: [String: Any]) {
        let parts = try token.split(separator: ".").map { try #require(Data(base64URL: String($0))) }
        try #require(parts.count == 3)
        let claims = try #require(JSONSerialization.jsonObject(with: parts[1]) as? [String: Any])
        return (parts[0], claims)
    }

    /// In whole seconds.
    private static func takeTime(_ claims: inout [String: Any]) throws -> (issued: Int, lifetime: Int) {
        let issued = try #require(claims.removeValue(forKey: "iat") as? Int)
        let expires = try #require(claims.removeValue(forKey: "exp") as? Int)
        return (issued, expires - issued)
    }
}

extension Data {
    /// Without padding (RFC 7515, section 2).
    fileprivate init?(base64URL text: String) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4))
    }
}
