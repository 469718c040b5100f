import HTTPTypes
import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// The header fields that do not depend on the kind of answer.
extension ResponderTests {
    private static let requests: [APIRequest] =
        ErrorCase.all.map(\.request) + [
            .mock(), .mock(ifNoneMatch: "*"), .mock(method: "OPTIONS"), .mock(target: String(Target.list.dropLast())),
            .mock(target: "/health/liveness/"), .mock(target: "/health/readiness/"),
        ]

    @Test(arguments: requests, ["GET", "HEAD"])
    func sendsNoFieldTwice(request: APIRequest, preflightMethod: String) {
        var request = request
        request.origin = "https://app.example.com"
        request.accessControlRequestMethod = preflightMethod
        for cors in [CORSPolicy(), CORSPolicy(allowedOrigins: ["https://app.example.com"])] {
            for error in [nil, StoreError.locked(store: "/store")] {
                reader.error = error
                let responder = Responder(reader: reader, authoriser: .gateway, cors: cors)
                let names = responder.respond(to: request).0.headerFields.map(\.name.canonicalName)
                #expect(names.count == Set(names).count, "\(names)")
                #expect(names.contains("access-control-allow-origin"))
            }
        }
    }

    @Test(arguments: requests)
    func sendsTheFieldsThatEveryAnswerHas(request: APIRequest) {
        let fields = Reply(to: request, from: reader).fields
        #expect(fields["cache-control"] == "private, no-cache")
        #expect(fields["vary"] == "Authorization, Cookie, Origin")
        #expect(fields["x-content-type-options"] == "nosniff")
        #expect(fields["referrer-policy"] == "no-referrer")
        #expect(fields["x-request-id"] == "0123456789abcdef")
    }

    @Test(arguments: requests)
    func describesTheBodyIfThereIsOne(request: APIRequest) {
        let reply = Reply(to: request, from: reader)
        #expect(reply.fields["content-type"] == (reply.body.isEmpty ? nil : "application/json"))
        if !reply.body.isEmpty { #expect(reply.fields["content-length"] == String(reply.body.count)) }
        #expect((reply.fields["etag"] != nil) == [200, 304].contains(reply.status))
    }

    @Test(arguments: ["a", "6b86b273ff34fce19d6b804eff5a3f57", String(repeating: "~", count: 128)])
    func echoesTheRequestID(requestID: String) {
        for request in [APIRequest.mock(requestID: requestID), .mock(target: "/", requestID: requestID)] {
            #expect(Reply(to: request, from: reader).fields["x-request-id"] == requestID)
        }
    }

    @Test(arguments: [nil, "", "a b", "a\r\nSet-Cookie: b=c", "é", "\u{7F}", String(repeating: "~", count: 129)])
    func doesNotEchoAnotherRequestID(requestID: String?) {
        for request in [APIRequest.mock(requestID: requestID), .mock(target: "/", requestID: requestID)] {
            let reply = Reply(to: request, from: reader)
            #expect(reply.fields["x-request-id"] == nil)
            #expect(reply.names.contains("content-length"))
        }
    }

    @Test func sendsNoCORSFieldToAnOriginThatIsNotAllowed() {
        let cors = CORSPolicy(allowedOrigins: ["https://app.example.com"])
        for request in Self.requests {
            var other = request
            other.origin = "https://evil.example"
            #expect(Reply(to: other, from: reader, cors: cors) == Reply(to: request, from: reader))
        }
    }
}
