import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// The routes besides the resource itself, and the methods.
extension ResponderTests {
    @Test(arguments: ["/health/liveness/", "/health/readiness/", "/health/readiness/?x=1"], [nil, "", "01", "1"])
    func saysThatItIsHealthyToAnyone(target: String, authorised: String?) {
        let reply = Reply(to: .mock(target: target, authorisedOrganisation: authorised), from: reader)
        #expect(reply.status == 200)
        #expect(reply.text == #"{"status":"ok"}"#)
        #expect(reply.fields["content-length"] == "15")
        #expect(reply.fields["etag"] == EntityTag(of: Array(#"{"status":"ok"}"#.utf8)).rawValue)
    }

    @Test(arguments: StoreError.examples)
    func isAliveButNotReadyWithoutAStore(error: StoreError) {
        reader.error = error
        #expect(Reply(to: .mock(target: "/health/liveness/"), from: reader).status == 200)
        let reply = Reply(to: .mock(target: "/health/readiness/", authorisedOrganisation: nil), from: reader)
        #expect(reply == Reply(to: .mock(), from: reader))
        #expect(reply.status == 503)
        reader.error = nil
        #expect(Reply(to: .mock(target: "/health/readiness/"), from: reader).status == 200)
    }

    @Test(arguments: ["/health/liveness", "/health/readiness", "/metrics", "/", "*", "/api/v1/organisations/1/"])
    func knowsNoOtherRoute(target: String) {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "FOO"] {
            #expect(Reply(to: .mock(method: method, target: target), from: reader).status == 404)
        }
    }

    @Test(arguments: [
        Target.list, Target.connection, String(Target.list.dropLast()), String(Target.connection.dropLast()),
        Target.list + "wc_unknown/", Target.list(of: "4"), Target.list + "?page=1",
    ])
    func answersOPTIONSToAnyone(target: String) {
        let reply = Reply(to: .mock(method: "OPTIONS", target: target, authorisedOrganisation: nil), from: reader)
        #expect(reply.status == 204)
        #expect(reply.body.isEmpty)
        #expect(reply.fields["allow"] == "GET, HEAD, OPTIONS")
        #expect(reply.names.isDisjoint(with: ["content-length", "content-type", "transfer-encoding", "etag"]))
        #expect(reader.readCount == 0)
    }

    @Test(arguments: [Target.list, Target.connection, String(Target.list.dropLast())])
    func answersAPreflight(target: String) {
        let request = APIRequest.mock(
            method: "OPTIONS",
            target: target,
            authorisedOrganisation: nil,
            origin: "https://app.example.com",
            accessControlRequestMethod: "GET"
        )
        let fields = Reply(to: request, from: reader).fields
        #expect(fields["access-control-allow-origin"] == "*")
        #expect(fields["access-control-allow-methods"] == "GET, HEAD, OPTIONS")
        #expect(fields["access-control-max-age"] == "86400")
        #expect(fields["access-control-allow-headers"]?.contains("baggage") == true)
        #expect(fields["access-control-allow-credentials"] == nil)
        #expect(fields["vary"] == "Authorization, Cookie, Origin")
    }

    @Test func takesNoOtherAnswerForAPreflight() {
        for method in ["GET", "HEAD", "POST"] {
            let request = APIRequest.mock(
                method: method,
                origin: "https://app.example.com",
                accessControlRequestMethod: "GET"
            )
            let fields = Reply(to: request, from: reader).fields
            #expect(fields["access-control-allow-origin"] == "*")
            #expect(fields["access-control-allow-methods"] == nil)
        }
    }

    @Test(arguments: [
        ("", "/"), ("?page=1", "/?page=1"), ("?", "/?"), ("?a=%0d%0ab", "/?a=%0d%0ab"), ("/wc_x", "/wc_x/"),
        ("/wc_abc123?x=/", "/wc_abc123/?x=/"),
    ])
    func addsAMissingSlash(end: String, endWithSlash: String) {
        let start = String(Target.list.dropLast())
        for method in ["GET", "HEAD", "POST", "DELETE", "FOO", "options"] {
            let request = APIRequest.mock(method: method, target: start + end, authorisedOrganisation: nil)
            let reply = Reply(to: request, from: reader)
            #expect(reply.status == 301)
            #expect(reply.fields["location"] == start + endWithSlash)
            #expect(reply.body.isEmpty)
            #expect(reply.names.isDisjoint(with: ["content-type", "etag", "allow"]))
        }
        #expect(reader.readCount == 0)
    }

    @Test(arguments: [
        "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO", "M-SEARCH", "get", "Get", "head", "options",
        "GETT",
        "!#$%&'*+-.^_`|~09",
    ])
    func namesAMethodThatIsNotAllowed(method: String) {
        for target in [Target.list, Target.connection, "/health/liveness/", "/health/readiness/"] {
            let reply = Reply(to: .mock(method: method, target: target), from: reader)
            #expect(reply.status == 405)
            #expect(reply.text == #"{"detail":"Method \"\#(method)\" not allowed."}"#)
            #expect(reply.fields["allow"] == "GET, HEAD, OPTIONS")
        }
    }
}
