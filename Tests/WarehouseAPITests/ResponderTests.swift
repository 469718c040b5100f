import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

@Suite struct ResponderTests {
    let reader: InMemoryStore

    init() throws { reader = try Fixture.reader() }

    @Test(arguments: [
        ("1", "", "organisation-1.list.json"), ("2", "", "organisation-2.list.json"),
        ("3", "", "organisation-3.list.json"), ("1", "wc_abc123/", "organisation-1.detail.json"),
    ])
    func answersWithTheExactBytes(organisation: String, end: String, file: String) throws {
        let target = Target.list(of: organisation) + end
        let reply = Reply(to: .mock(target: target, authorisedOrganisation: organisation), from: reader)
        let content = try Fixture.bytes(file)
        #expect(reply.status == 200)
        #expect(reply.body == content)
        #expect(reply.fields == Self.fields(content))
    }

    @Test(arguments: ["4", "11", "9223372036854775807"])
    func answersWithAnEmptyArrayForAnUnknownOrganisation(organisation: String) {
        let target = Target.list(of: organisation)
        let reply = Reply(to: .mock(target: target, authorisedOrganisation: organisation), from: reader)
        #expect(reply == Reply(status: 200, fields: Self.fields(Array("[]".utf8)), body: Array("[]".utf8)))
    }

    @Test(arguments: [
        ("1", "wc_abc124"), ("1", "wc_ABC123"), ("1", "wc_abc12"), ("1", "wc_abc1234"), ("1", "wc_7Hq2Zt9LmN4pXv0b"),
        ("2", "wc_abc123"), ("3", "wc_abc123"), ("4", "wc_abc123"),
    ])
    func findsNoConnectionOfAnotherOrganisation(organisation: String, id: String) {
        let target = Target.list(of: organisation) + id + "/"
        let reply = Reply(to: .mock(target: target, authorisedOrganisation: organisation), from: reader)
        #expect(reply == Reply(to: .mock(target: "/nothing"), from: reader))
        #expect(reply.status == 404)
    }

    @Test(arguments: [
        APIRequest.mock(), .mock(target: Target.connection), .mock(target: Target.list + "?page=1"),
        .mock(target: Target.list(of: "4"), authorisedOrganisation: "4"), .mock(target: "/health/liveness/"),
        .mock(target: "/health/readiness/"), .mock(origin: "https://app.example.com"), .mock(target: "/"),
        .mock(target: nil), .mock(role: nil), .mock(authorisedOrganisation: nil), .mock(ifNoneMatch: "*"),
        .mock(target: Target.list + "wc_x/"), .mock(target: String(Target.list.dropLast())),
    ])
    func answersHEADLikeGETWithoutTheBody(request: APIRequest) {
        var head = request
        head.method = "HEAD"
        for error in [nil, StoreError.missing(store: "/store")] {
            reader.error = error
            let expected = Reply(to: request, from: reader)
            #expect(Reply(to: head, from: reader) == Reply(status: expected.status, fields: expected.fields, body: []))
            #expect(expected.fields["content-length"].flatMap { Int($0) } ?? 0 == expected.body.count)
        }
    }

    @Test(arguments: [Target.list, Target.connection, Target.list + "?page=1", "/health/liveness/"], ["GET", "HEAD"])
    func answersNotModifiedIfTheClientHasIt(target: String, method: String) throws {
        var expected = Reply(to: .mock(target: target), from: reader).fields
        let tag = try #require(expected["etag"])
        expected["content-length"] = nil
        expected["content-type"] = nil
        for form in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let reply = Reply(to: .mock(method: method, target: target, ifNoneMatch: form), from: reader)
            #expect(reply == Reply(status: 304, fields: expected, body: []))
        }
    }

    @Test(arguments: ["\"other\"", "\"\"", "W/\"other\"", "other", "garbage, *", ""])
    func answersInFullIfTheClientHasAnother(ifNoneMatch: String) {
        #expect(Reply(to: .mock(ifNoneMatch: ifNoneMatch), from: reader) == Reply(to: .mock(), from: reader))
    }

    @Test func answersInFullOnceTheConnectionHasChanged() throws {
        let one = OrganisationID(1)
        let two = OrganisationID(2)
        let tag = try #require(Reply(to: .mock(), from: reader).fields["etag"])
        reader.connections[one] = reader.connections[two]
        let reply = Reply(to: .mock(ifNoneMatch: tag), from: reader)
        #expect(reply.status == 200)
        #expect(reply.body == (try Fixture.bytes("organisation-2.list.json")))
        #expect(reply.fields["etag"] != tag)
    }

    /// All fields of a 200 with `content`.
    private static func fields(_ content: [UInt8]) -> [String: String] {
        [
            "content-type": "application/json", "content-length": String(content.count),
            "etag": EntityTag(of: content).rawValue, "cache-control": "private, no-cache",
            "vary": "Authorization, Cookie, Origin", "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer", "x-request-id": "0123456789abcdef",
        ]
    }
}
