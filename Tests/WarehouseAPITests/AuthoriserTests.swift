import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

@Suite struct AuthoriserTests {
    @Test(arguments: ["1", "10", "9223372036854775807"])
    func gatewayLetsTheSameOrganisationPass(organisation: String) throws {
        try authorise(organisation, for: organisation)
    }

    @Test(arguments: [("2", "1"), ("1", "2"), ("1", "10"), ("10", "1"), ("1", "11"), ("9223372036854775807", "1")])
    func gatewayRefusesAnotherOrganisation(authorised: String, organisation: String) {
        #expect(throws: APIError.forbidden) { try authorise(authorised, for: organisation) }
    }

    @Test(arguments: [nil, ""])
    func gatewayRefusesAnAbsentOrganisation(authorised: String?) {
        #expect(throws: APIError.forbidden) { try authorise(authorised, for: "1") }
    }

    @Test(arguments: [
        "01", "+1", "-1", " 1", "1 ", "\t1", "1\n", "1\u{0}", "１", "١", "1\u{301}", "%31", "1.0", "1/", "1,1", "1, 1",
        "1;",
        "0", "0x1", "1e0", "a", "*", "null", "true", "$organisation", "18446744073709551617", "4294967297",
    ])
    func gatewayRefusesAnotherSpelling(authorised: String) {
        #expect(throws: APIError.forbidden) { try authorise(authorised, for: "1") }
    }

    private func authorise(_ authorised: String?, for organisation: String) throws {
        let organisation = try #require(OrganisationID(organisation))
        try Authoriser.gateway.authorise(.mock(authorisedOrganisation: authorised), for: organisation) { $0.match(nil) }
    }

    private static let live = try? StoredAPIKey.sample(of: 1)
    private static let foreign = try? StoredAPIKey.sample(of: 2)
    private static let expired = try? StoredAPIKey.sample(of: 1, expiresAt: "2026-02-01T00:00:00Z")
    private static let revoked = try? StoredAPIKey.sample(of: 1, revokedAt: "2026-02-01T00:00:00Z")

    @Test(arguments: ["Api-Key ", "api-key ", "API-KEY "])
    func keysLetTheirOrganisationPass(scheme: String) throws {
        try present(scheme + text(Self.live))
    }

    @Test
    func keysRefuseAnotherOrganisation() throws {
        #expect(throws: APIError.forbidden) { try present("Api-Key " + text(Self.foreign)) }
    }

    @Test
    func keysRefuseNothingAndOtherSchemes() throws {
        let key = try text(Self.live)
        for authorization in [
            nil, "", " ", "Bearer \(key)", "Token \(key)", "Basic dTpw", key, " Api-Key \(key)", "Api-Keys \(key)",
            "Api-Key\t\(key)", "ApiKey \(key)", "Api-\u{212A}ey \(key)", "Api\rKey \(key)", "Api-Key,\(key)", "é",
        ] {
            #expect(throws: APIError.notAuthenticated, "\(authorization ?? "none")") { try present(authorization) }
        }
    }

    @Test
    func keysRefuseWhateverIsNoLiveKeyInOneWay() throws {
        let key = try text(Self.live)
        let secretOfAnother = try text(Self.foreign).dropFirst(16)
        for malformed in [
            "", " ", " \(key)", "\(key) ", "\(key),\(key)", "\(key.dropLast())", "\(key)\u{0}",
            "\(key.uppercased())", "\(key.prefix(16))\(secretOfAnother)", String(repeating: "A", count: 100_000),
            "whc_é",
        ] {
            #expect(throws: APIError.authenticationFailed(.malformed), "\(malformed.prefix(100))") {
                try present("Api-Key \(malformed)")
            }
        }
        for (text, failure) in [
            (APIKey.random().text, .unknown), (try text(Self.expired), .expired), (try text(Self.revoked), .revoked),
        ] as [(String, KeyFailure)] {
            #expect(throws: APIError.authenticationFailed(failure)) { try present("Api-Key \(text)") }
        }
        #expect(throws: APIError.authenticationFailed(.malformed)) { try present("Api-Key") }
    }

    /// The known id and a right checksum, but another secret: what somebody makes who has read a log.
    @Test
    func keysRefuseAWrongSecretWithARightChecksum() throws {
        let (text, id, _) = APIKey.random()
        let other = try StoredAPIKey.sample(of: 1).stored
        let stored = try StoredAPIKey(
            id: id,
            secretDigest: other.secretDigest,
            organisation: 1,
            label: "",
            createdAt: other.createdAt,
            expiresAt: nil
        )
        #expect(throws: APIError.authenticationFailed(.wrongSecret)) {
            try present("Api-Key \(text)", stored)
        }
    }

    @Test
    func keysNeverReadWhatTheGatewaySays() throws {
        #expect(throws: APIError.notAuthenticated) {
            try Authoriser.keys.authorise(.mock(authorisedOrganisation: "1"), for: 1) { $0.match(nil) }
        }
    }

    @Test
    func gatewayNeverLooksAtKeys() throws {
        let request = APIRequest.mock(authorisedOrganisation: nil, authorization: try "Api-Key " + text(Self.live))
        var lookUps = 0
        #expect(throws: APIError.forbidden) {
            try Authoriser.gateway.authorise(request, for: 1) { presented in
                lookUps += 1
                return presented.match(nil)
            }
        }
        #expect(lookUps == 0)
    }

    private func text(_ key: (text: String, stored: StoredAPIKey)?) throws -> String { try #require(key).text }

    private func present(_ authorization: String?, _ stored: StoredAPIKey? = nil) throws {
        let known =
            [Self.live, Self.foreign, Self.expired, Self.revoked].compactMap { $0?.stored }
            + [stored].compactMap(\.self)
        try Authoriser.keys.authorise(.mock(authorization: authorization), for: 1) { presented in
            presented.match(known.first { $0.id == presented.id })
        }
    }
}
