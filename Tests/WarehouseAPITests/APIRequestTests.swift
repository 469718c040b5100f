import Testing

@testable import WarehouseAPI

@Suite struct APIRequestTests {
    @Test func readsTheParametersByTheirNames() {
        let request = APIRequest { "<\($0)>" }
        #expect(request.role == "<FCGI_ROLE>")
        #expect(request.method == "<REQUEST_METHOD>")
        #expect(request.target == "<REQUEST_URI>")
        #expect(request.origin == "<HTTP_ORIGIN>")
        #expect(request.accessControlRequestMethod == "<HTTP_ACCESS_CONTROL_REQUEST_METHOD>")
        #expect(request.ifNoneMatch == "<HTTP_IF_NONE_MATCH>")
        #expect(request.requestID == "<REQUEST_ID>")
        #expect(request.remoteAddress == "<REMOTE_ADDR>")
        #expect(request.authorisedOrganisation == "<AUTHORISED_ORGANISATION>")
    }

    @Test(arguments: [nil, ""])
    func takesAnEmptyValueForAbsent(value: String?) {
        let request = APIRequest { _ in value }
        #expect(request.role == nil)
        #expect(request.method == nil)
        #expect(request.target == nil)
        #expect(request.origin == nil)
        #expect(request.accessControlRequestMethod == nil)
        #expect(request.ifNoneMatch == nil)
        #expect(request.requestID == nil)
        #expect(request.remoteAddress == nil)
        #expect(request.authorisedOrganisation == nil)
    }

    @Test(arguments: [
        "a", "0123456789abcdef", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", String(repeating: "x", count: 128),
    ])
    func keepsAShortPrintableIdentity(value: String) {
        let request = APIRequest { _ in value }
        #expect(request.requestID == value)
        #expect(request.remoteAddress == value)
    }

    @Test(arguments: [
        " ", "a b", " a", "a ", "\u{0}", "a\u{0}", "a\n", "a\r\nSet-Cookie: b=c", "\t", "\u{1B}[31m", "a\u{7F}", "é",
        "\u{80}",
        "\u{2028}", "１", "🎉", "a\u{301}", String(repeating: "x", count: 129), String(repeating: "x", count: 100_000),
    ])
    func dropsAnotherIdentity(value: String) {
        let request = APIRequest { _ in value }
        #expect(request.requestID == nil)
        #expect(request.remoteAddress == nil)
        // Nothing else is lost with it.
        #expect(request.target == value)
    }
}
