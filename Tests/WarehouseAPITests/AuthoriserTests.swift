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
        try Authoriser.gateway.authorise(.mock(authorisedOrganisation: authorised), for: organisation) { _ in nil }
    }
}
