import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// Every error, as the responder answers it.
@Suite struct APIErrorTests {
    @Test(arguments: ErrorCase.all)
    func answersExactly(error: ErrorCase) {
        let reply = Reply(to: error.request, from: InMemoryStore(error: error.storeError))
        #expect(reply.status == error.status)
        #expect(reply.text == error.body)
        let common = [
            "content-type": "application/json", "content-length": String(error.body.utf8.count),
            "cache-control": "private, no-cache", "vary": "Authorization, Cookie, Origin",
            "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-request-id": "0123456789abcdef",
        ]
        #expect(reply.fields == common.merging(error.fields) { "\($0) and \($1)" })
    }

    @Test(arguments: ErrorCase.all)
    func ignoresIfNoneMatch(error: ErrorCase) {
        var request = error.request
        request.ifNoneMatch = "*"
        let reader = InMemoryStore(error: error.storeError)
        #expect(Reply(to: request, from: reader) == Reply(to: error.request, from: reader))
    }

    @Test(arguments: ErrorCase.all)
    func tellsOtherOriginsToo(error: ErrorCase) {
        var request = error.request
        request.origin = "https://app.example.com"
        let reader = InMemoryStore(error: error.storeError)
        var expected = Reply(to: error.request, from: reader).fields
        expected["access-control-allow-origin"] = "*"
        expected["access-control-expose-headers"] = "ETag, Retry-After, WWW-Authenticate, X-Request-Id"
        #expect(Reply(to: request, from: reader).fields == expected)

        expected["access-control-allow-origin"] = "https://app.example.com"
        expected["access-control-allow-credentials"] = "true"
        let cors = CORSPolicy(allowedOrigins: ["https://app.example.com"])
        #expect(Reply(to: request, from: reader, cors: cors).fields == expected)
    }

    @Test(arguments: StoreError.examples)
    func hidesWhyTheStoreFails(error: StoreError) {
        let reply = Reply(to: .mock(), from: InMemoryStore(error: error))
        #expect(reply == Reply(to: .mock(), from: InMemoryStore(error: .missing(store: ""))))
        #expect(reply.status == 503)
    }
}

struct ErrorCase: Sendable, CustomTestStringConvertible {
    let request: APIRequest
    var storeError: StoreError?
    let status: Int
    let body: String
    var fields: [String: String] = [:]

    var testDescription: String { "\(status) for \(request.method ?? "-") \(request.target ?? "-")" }

    static let all = [
        ErrorCase(request: .mock(method: nil), status: 400, body: #"{"detail":"Bad request."}"#),
        ErrorCase(
            request: .mock(authorisedOrganisation: nil),
            status: 403,
            body: #"{"detail":"You do not have permission to perform this action."}"#
        ),
        ErrorCase(request: .mock(target: "/"), status: 404, body: #"{"detail":"Not found."}"#),
        ErrorCase(request: .mock(target: Target.connection), status: 404, body: #"{"detail":"Not found."}"#),
        ErrorCase(
            request: .mock(method: "POST"),
            status: 405,
            body: #"{"detail":"Method \"POST\" not allowed."}"#,
            fields: ["allow": "GET, HEAD, OPTIONS"]
        ),
        ErrorCase(
            request: .mock(),
            storeError: .missing(store: "/store.sqlite"),
            status: 503,
            body: #"{"detail":"Service temporarily unavailable, try again later."}"#,
            fields: ["retry-after": "1"]
        ),
    ]
}
