import Testing
import WarehouseConnections

@Suite struct OrganisationIDTests {
    @Test(arguments: [
        ("1", 1), ("9", 9), ("10", 10), ("90", 90), ("2147483648", 2_147_483_648), ("9223372036854775807", Int64.max),
    ])
    func readsAPositiveNumber(text: String, number: Int64) throws {
        let organisation = try #require(OrganisationID(text))
        #expect(organisation.rawValue == number)
        #expect(organisation == OrganisationID(number))
        #expect(organisation.description == text)
    }

    @Test(arguments: [
        "", "0", "00", "01", "007", "+1", "-1", "--1", " 1", "1 ", "\t1", "1\n", "1\r\n", "\u{0}1", "1\u{0}",
        "1.0", "1,000", "1_000", "1e3", "0x1", "0b1", "a", "1a", "a1", "%31", "1/", "/1", ":", "1:",
        "１", "1１", "١", "१", "²", "1\u{301}", "1\u{200B}", "\u{FEFF}1",
    ])
    func refusesAnotherSpelling(text: String) {
        #expect(OrganisationID(text) == nil)
    }

    @Test(arguments: [
        "9223372036854775808", "9999999999999999999", "18446744073709551617", "100000000000000000000",
        String(repeating: "1", count: 10_000),
    ])
    func refusesANumberThatNeedsMoreThan63Bits(text: String) {
        #expect(OrganisationID(text) == nil)
    }

    @Test func readsAPartOfALongerText() {
        let text = "/1201"
        let bytes = text.utf8.span
        let (number, zeroFirst) = (OrganisationID(bytes.extracting(1..<3)), OrganisationID(bytes.extracting(3...)))
        #expect(number == OrganisationID(12))
        #expect(zeroFirst == nil)
    }

    @Test(arguments: [0, -1, Int64.min])
    func refusesANumberThatIsNotPositive(number: Int64) {
        #expect(OrganisationID(number) == nil)
    }
}
