import Foundation
import TestSupport
import Testing
import WarehouseConnections

/// Every key against every organisation, resource, method and spelling: exactly the diagonal is 200, and no answer holds a
/// byte of another tenant.
@Suite(.timeLimit(.minutes(5)))
struct TenantMatrixTests {
    @Test
    func answersOnlyTheDiagonal() async throws {
        let workplace = try await Workplace()
        let credentials = try await Credential.all(of: workplace)
        _ = try await workplace.withResponder { _ in
            var tally: [Int: Int] = [:]
            var refusals: [Int: Set<String>] = [:]
            let connection = try FastCGIConnection(workplace.socket)
            for credential in credentials {
                for request in TenantRequest.all {
                    let answer = try connection.ask(request.parameters + credential.parameters, keep: true)
                    let expected = request.expectedStatus(for: credential)
                    tally[answer.status, default: 0] += 1
                    try #require(answer.status == expected, "\(credential.name): \(request)")
                    #expect(!Tenant.isLeaked(in: answer, to: answer.status == 200 ? credential.organisation : nil))
                    if [401, 403].contains(expected), request.method != "HEAD" {
                        let kind = expected == 403 ? 403 : credential.isPresented ? 402 : 401
                        refusals[kind, default: []].insert("\(answer.fields) \(answer.body)")
                    }
                }
            }
            // One 401 for nothing, one for anything that is no live key, one 403 whether the organisation exists or not.
            #expect(refusals.mapValues(\.count) == [401: 1, 402: 1, 403: 1], "\(refusals)")
            #expect(tally == [200: 28, 401: 3840, 403: 1536, 404: 19_508, 405: 288], "\(tally)")
        }
    }

    @Test
    func readsTheFirstOfTwoCredentials() async throws {
        let workplace = try await Workplace()
        try await workplace.withResponder { _ in
            let both = { (first: Int, second: Int) in
                workplace.credentials(of: first) + workplace.credentials(of: second)
            }
            let own = try workplace.ask(Workplace.list(1), key: nil, both(1, 2))
            #expect(own.status == 200)
            let foreign = try workplace.ask(Workplace.list(1), key: nil, both(2, 1))
            #expect(foreign.status == 403)
            #expect(!Tenant.isLeaked(in: foreign, to: nil))
        }.result
    }

    @Test
    func ignoresWhatNamesAnotherOrganisation() async throws {
        let workplace = try await Workplace()
        try await workplace.withResponder { _ in
            let spoofs = [
                "AUTHORISED_ORGANISATION", "HTTP_AUTHORISED_ORGANISATION", "HTTP_X_ORIGINAL_URI", "HTTP_X_REWRITE_URL",
                "PATH_INFO", "SCRIPT_NAME", "DOCUMENT_URI", "QUERY_STRING", "HTTP_COOKIE",
                "HTTP_X_HTTP_METHOD_OVERRIDE",
            ]
            for value in ["2", Workplace.list(2), "organisation=2", "GET"] {
                let response = try workplace.ask(Workplace.list(2), key: 1, spoofs.map { ($0, value) })
                #expect(response.status == 403)
                let anonymous = try workplace.ask(Workplace.list(2), key: nil, spoofs.map { ($0, value) })
                #expect(anonymous.status == 401)
            }
        }.result
    }
}

/// What is presented, and whose it is.
private struct Credential {
    let name: String
    let authorization: String?
    /// The organisation that it opens; nil if none.
    let organisation: Int?
    /// Whether it is presented as a key at all.
    var isPresented: Bool { authorization?.hasPrefix("Api-Key ") ?? false }
    var parameters: [(String, String)] { authorization.map { [("HTTP_AUTHORIZATION", $0)] } ?? [] }

    /// Per organisation two live keys, an expired, a revoked and a forged one; and some of nobody.
    static func all(of workplace: Workplace) async throws -> [Credential] {
        func key(_ organisation: Int, _ options: [String] = []) async throws -> String {
            let arguments =
                ["key", "create", "--organisation", "\(organisation)", "--store", workplace.store] + options
            let made = try await Program.run(Program.warehousectl, arguments)
            return made.output.trimmingCharacters(in: .newlines)
        }
        var all = [
            Credential(name: "none", authorization: nil, organisation: nil),
            Credential(name: "other scheme", authorization: "Token \(workplace.keys[1] ?? "")", organisation: nil),
            Credential(name: "no key", authorization: "Api-Key 1", organisation: nil),
            Credential(name: "unknown", authorization: "Api-Key \(APIKey.random().text)", organisation: nil),
        ]
        for organisation in 1...4 {
            let live = workplace.keys[organisation] ?? ""
            all.append(Credential(name: "live", authorization: "Api-Key \(live)", organisation: organisation))
            let second = try await key(organisation, ["--no-expiry"])
            all.append(Credential(name: "second", authorization: "api-key \(second)", organisation: organisation))
            let revoked = try await key(organisation)
            let id = revoked.keyID
            _ = try await Program.run(Program.warehousectl, ["key", "revoke", id, "--store", workplace.store])
            let expired = try await key(organisation, ["--expires-in", "1s"])
            // The id of a live key, the secret of another, and the right checksum: what one can make of a log.
            let forged = withChecksum(live.prefix(17) + second.dropFirst(17).prefix(43))
            for (name, text) in [("revoked", revoked), ("expired", expired), ("forged", forged)] {
                all.append(Credential(name: name, authorization: "Api-Key \(text)", organisation: nil))
            }
        }
        // The youngest key lives for a second.
        let list = ["key", "list", "--json", "--store", workplace.store]
        try await eventually {
            let keys = try await Program.run(Program.warehousectl, list).output
            return keys.components(separatedBy: #""state":"expired""#).count == 5 ? () : nil
        }
        // A forged key is refused for its secret and not for its form.
        for credential in all where credential.name == "forged" {
            guard APIKey(String((credential.authorization ?? "").dropFirst("Api-Key ".count))) != nil else {
                throw Site.Failure(reason: "a forged key without the form of one")
            }
        }
        return all
    }
}

/// A key's text with its last seven characters: the CRC-32 of the others in base 62.
private func withChecksum(_ text: Substring) -> String {
    var remainder = UInt32.max
    for byte in text.utf8 {
        remainder ^= UInt32(byte)
        for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    var rest = Int(~remainder)
    let places = (0..<6).map { _ in
        defer { rest /= 62 }
        return digits[rest % 62]
    }
    return "\(text)_" + String(places.reversed())
}

/// A request for what an organisation has, in one of many spellings.
private struct TenantRequest: CustomStringConvertible {
    let method: String
    let organisation: Int
    /// The connection's organisation; 0 for the list, 5 for a connection that nobody has.
    let connection: Int
    let spelling: @Sendable (String) -> String
    let isCanonical: Bool

    var description: String { "\(method) \(target)" }
    var parameters: [(String, String)] { [("REQUEST_METHOD", method), ("REQUEST_URI", target)] }

    private var target: String {
        spelling(Workplace.list(organisation) + (connection == 0 ? "" : Tenant.id(of: connection) + "/"))
    }

    func expectedStatus(for credential: Credential) -> Int {
        if !isCanonical { return 404 }
        guard let authorised = credential.organisation else { return 401 }
        if authorised != organisation { return 403 }
        if !["GET", "HEAD"].contains(method) { return 405 }
        return connection == 0 || connection == organisation && organisation < 4 ? 200 : 404
    }

    static let all: [TenantRequest] = {
        var all: [TenantRequest] = []
        for (organisation, connection) in (1...5).flatMap({ organisation in (0...5).map { (organisation, $0) } }) {
            for method in ["GET", "HEAD", "POST", "DELETE", "FOO", "get", "CONNECT", "TRACE"] {
                all.append(.init(method: method, organisation, connection, isCanonical: true) { $0 })
            }
            for spelling in hostileSpellings {
                all.append(.init(method: "GET", organisation, connection, isCanonical: false, spelling))
            }
        }
        return all
    }()

    private init(
        method: String,
        _ organisation: Int,
        _ connection: Int,
        isCanonical: Bool,
        _ spelling: @escaping @Sendable (String) -> String
    ) {
        self.method = method
        self.organisation = organisation
        self.connection = connection
        self.isCanonical = isCanonical
        self.spelling = spelling
    }

    private static let hostileSpellings: [@Sendable (String) -> String] = [
        { $0.replacing("/organisations/", with: "/organisations/0") },
        { $0.replacing("/organisations/", with: "/organisations/+") },
        { $0.replacing("/organisations/", with: "/organisations/%31") },
        { $0.replacing("/organisations/", with: "/organisations/１") },
        { $0.replacing("/organisations/", with: "/organisations/9223372036854775808") },
        { $0.replacing("/organisations/", with: "/organisations//") },
        { $0.replacing("/organisations/", with: "/organisations/./") },
        { $0.replacing("/organisations/", with: "/organisations/9/../") },
        { $0.replacing("/organisations/", with: "/organisations/9/%2e%2e/") },
        { $0.replacing("/organisations/", with: "/ORGANISATIONS/") },
        { $0.replacing("/integrations/", with: "%2Fintegrations/") },
        { $0.replacing("/integrations/", with: "\\integrations\\") },
        { $0.replacing("/integrations/", with: ";a=b/integrations/") },
        { $0 + "../../../../1/integrations/warehouse-connections/" },
        { $0 + "/" },
        { $0 + "x/" },
        { $0 + "%00" },
        { $0 + "#" },
        { $0 + "?\u{1}" },
        { $0 + "?é" },
        { $0 + "\u{7F}" },
        { "https://localhost" + $0 },
        { "/" + $0 },
        { "." + $0 },
        { " " + $0 },
        { String($0.dropFirst()) },
        { $0 + String(repeating: "a", count: 9000) + "/" },
    ]
}

/// What each tenant has that no other may see.
private enum Tenant {
    static func id(of organisation: Int) -> String {
        ["", "wc_abc123", "wc_7Hq2Zt9LmN4pXv0b", "wc_0000000000000001", "wc_4", "wc_5"][organisation]
    }

    private static let secrets: [Int: [String]] = [
        1: [id(of: 1), "xy12345.us-east-1", "r/Emnj6cDKFGG"],
        2: [id(of: 2), "acmecorp-analytics", "nzs7UZx0E3dAv"],
        3: [id(of: 3), "ab98765.eu-central-1.aws", "pOOEt5Lpe5"],
    ]

    /// Whether `answer` holds anything of a tenant other than `organisation`.
    static func isLeaked(in answer: FastCGIResponse, to organisation: Int?) -> Bool {
        let text = "\(answer.fields) \(answer.body)"
        return secrets.contains { tenant, texts in tenant != organisation && texts.contains { text.contains($0) } }
    }
}
