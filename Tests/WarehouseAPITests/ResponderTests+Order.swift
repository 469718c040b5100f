import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// The order of the checks: a request that fails several is answered by the first.
extension ResponderTests {
    private static let invalidMethods = [
        nil, "", " ", "GET ", " GET", "G ET", "GET\r\n", "GET\u{0}", "GÉT", "ＧＥＴ", "G(ET", "\"GET\"", "GET/",
        "<script>",
    ]

    @Test(arguments: invalidMethods)
    func refusesAnInvalidMethodFirst(method: String?) {
        for target in [Target.list, Target.connection, "/nothing", "/health/liveness/", String(Target.list.dropLast())]
        {
            expectBadRequest(.mock(method: method, target: target, authorisedOrganisation: nil))
        }
    }

    @Test(arguments: [nil, ""], ["GET", "OPTIONS", "POST"])
    func refusesAMissingTargetFirst(target: String?, method: String) {
        expectBadRequest(.mock(method: method, target: target))
    }

    @Test(arguments: [nil, "", "AUTHORIZER", "FILTER", "responder", "RESPONDER "], ["GET", "OPTIONS", "POST"])
    func refusesAnotherRoleFirst(role: String?, method: String) {
        for target in [Target.list, "/nothing", "/health/liveness/", String(Target.list.dropLast())] {
            expectBadRequest(.mock(role: role, method: method, target: target))
        }
    }

    private static let failures: [(String, String, String?, Int)] = [
        // Route before everything else.
        ("OPTIONS", "/nothing", nil, 404), ("POST", "/nothing", nil, 404), ("GET", "/nothing", "1", 404),
        ("GET", Target.list(of: "01"), "1", 404), ("POST", Target.list(of: "01"), nil, 404),
        ("OPTIONS", Target.list + "x", nil, 404), ("GET", Target.list + "../", nil, 404),
        // OPTIONS before slash, slash before organisation.
        ("OPTIONS", String(Target.list.dropLast()), nil, 204), ("OPTIONS", Target.list, "2", 204),
        ("GET", String(Target.list.dropLast()), nil, 301), ("POST", String(Target.list.dropLast()), "2", 301),
        // Organisation before method and connection.
        ("GET", Target.list, nil, 403), ("POST", Target.list, nil, 403), ("get", Target.list, "", 403),
        ("FOO", Target.connection, "2", 403), ("GET", Target.connection, "2", 403),
        ("GET", Target.list + "wc_unknown/", "2", 403), ("HEAD", Target.list + "wc_unknown/", nil, 403),
        ("GET", Target.list, "01", 403), ("GET", Target.list(of: "2"), "1", 403),
        // Method before connection.
        ("POST", Target.list + "wc_unknown/", "1", 405), ("DELETE", Target.connection, "1", 405),
        ("POST", Target.list(of: "4"), "4", 405),
    ]

    @Test(arguments: failures)
    func answersTheFirstFailure(method: String, target: String, authorised: String?, status: Int) {
        reader.error = .missing(store: "/store")
        let request = APIRequest.mock(method: method, target: target, authorisedOrganisation: authorised)
        #expect(Reply(to: request, from: reader).status == status)
        #expect(reader.readCount == 0)
    }

    @Test(arguments: ["1", "4"], ["", "wc_abc123/", "wc_unknown/"])
    func neverTakesAFailingStoreForAnEmptyOne(organisation: String, end: String) {
        reader.error = .damaged(store: "/store", reason: "malformed")
        let target = Target.list(of: organisation) + end
        let request = APIRequest.mock(target: target, authorisedOrganisation: organisation, ifNoneMatch: "*")
        let reply = Reply(to: request, from: reader)
        #expect(reply.status == 503)
        #expect(reply.fields["retry-after"] == "1")
        #expect(reply.fields["etag"] == nil)
    }

    @Test func doesNotTellWhetherAForbiddenConnectionExists() {
        let targets = [
            Target.list, Target.connection, Target.list + "wc_unknown/", Target.list(of: "4"),
            Target.list(of: "4") + "wc_abc123/", Target.list(of: "9223372036854775807"),
        ]
        let forbidden = Reply(to: .mock(authorisedOrganisation: nil), from: reader)
        #expect(forbidden.status == 403)
        for target in targets {
            #expect(Reply(to: .mock(target: target, authorisedOrganisation: "2"), from: reader) == forbidden)
            #expect(Reply(to: .mock(target: target, authorisedOrganisation: nil), from: reader) == forbidden)
        }
    }

    private func expectBadRequest(_ request: APIRequest, sourceLocation: SourceLocation = #_sourceLocation) {
        let reply = Reply(to: request, from: reader)
        #expect(reply.status == 400, sourceLocation: sourceLocation)
        #expect(reply.text == #"{"detail":"Bad request."}"#, sourceLocation: sourceLocation)
        #expect(reader.readCount == 0, sourceLocation: sourceLocation)
    }
}
