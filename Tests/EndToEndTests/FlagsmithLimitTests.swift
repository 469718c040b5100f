import TestSupport
import Testing

/// However a credential is spelt that Flagsmith accepts, it has one share of the requests.
@Suite(.timeLimit(.minutes(2)))
struct FlagsmithLimitTests {
    private static let head = "eyJhbGciOiJIUzI1NiJ9.\(String(repeating: "eyJ1c2VyX2lkIjoxfQ", count: 6))."
    private static let signature = String(repeating: "abcdefg", count: 6)

    private static let spellings: [[[String]]] = [
        [
            "Api-Key prefix11.0123456789", "api-key prefix11.0123456789", "foo Api-Key prefix11.0123456789",
            "Basic YTpi Api-Key prefix11.0123456789", "Bearer,Api-Key prefix11.0123456789",
            "Api-Key prefix11.0123456789\t",
        ].map(authorization),
        ["Token 0123456789abcdef", "token   0123456789abcdef", "TOKEN\t0123456789abcdef"].map(authorization),
        ["Bearer an-opaque-one", "bearer  an-opaque-one", "BEARER \t an-opaque-one", "Bearer\u{A0}an-opaque-one"].map(
            authorization
        ),
        // Of the last character's six bits only four are part of such a signature.
        ["A", "B", "C", "D"].map { authorization("Bearer \(head)\(signature)\($0)") },
        [",", "!", ".a"].map { authorization("Bearer \(head)\(signature)\($0)A\(signature)") },
        [
            "jwt=\(head)\(signature)E", "theme=dark; jwt=\(head)\(signature)E", "jwt=\(head)\(signature)F; theme=dark",
            "jwt=another; jwt=\(head)\(signature)E", "  jwt = \(head)\(signature)E ; a; b=jwt=1",
        ].map(cookie),
        [#"jwt="\141bc""#, #"jwt="a\142c""#, #"jwt="ab\143"; theme=dark"#].map(cookie),
        // With the one credential anything may be sent as the other.
        (1...3).map {
            authorization("Token \($0)\(signature)")
                + cookie("jwt=\(head)\(signature.reversed().map(String.init).joined())A")
        },
        (1...3).map { cookie("jwt=\(head)\($0)\(signature)A") + authorization("Token fedcba9876543210") },
    ]

    private static func authorization(_ value: String) -> [String] { ["--header", "Authorization: \(value)"] }
    private static func cookie(_ value: String) -> [String] { ["--header", "Cookie: \(value)"] }

    @Test
    func countsEachSpellingOfACredentialAsOne() async throws {
        let slow = { (text: String) in
            text.replacing("rate=50r/s", with: "rate=1r/m").replacing("burst=100 ", with: "burst=2 ")
        }
        try await Site.besideFlagsmith(edit: slow) { site, _ in
            for spellings in Self.spellings {
                for credentials in (spellings + spellings + spellings).prefix(3) {
                    try await site.expect(401, Workplace.list(1), credentials)
                }
                for credentials in spellings { try await site.expect(429, Workplace.list(1), credentials) }
            }
            // As long as one by an RSA key of 4096 bits: a stranger uses up nobody else's share.
            let long = ["y", "z"].map { letter in
                Self.authorization("Bearer \(Self.head)\(String(repeating: letter, count: 683))")
            }
            for _ in 1...3 { try await site.expect(401, Workplace.list(1), long[0]) }
            try await site.expect(429, Workplace.list(1), long[0])
            try await site.expect(401, Workplace.list(1), long[1])
            // Others have shares of their own, and who has no credential needs none.
            for other in ["Api-Key prefix22.0123456789", "Token 1123456789abcdef", "Bearer another-opaque-one"] {
                try await site.expect(401, Workplace.list(1), Self.authorization(other))
            }
            for _ in 1...5 { try await site.expect(401, Workplace.list(1)) }
            for _ in 1...5 { try await site.expect(401, Workplace.list(1), Self.cookie("theme=dark; myjwt=1; jwt=")) }
        }
    }
}
