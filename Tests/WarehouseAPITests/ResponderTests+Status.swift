import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// What the operator alone may ask for.
extension ResponderTests {
    private func status(_ request: APIRequest) -> Reply {
        Reply(to: request, from: reader, authoriser: .keys, surface: .status { "up 1\n" })
    }

    @Test func showsMetricsOnTheStatusSocket() {
        let reply = status(.mock(target: "/metrics"))
        #expect(reply.status == 200)
        #expect(reply.text == "up 1\n")
        #expect(reply.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(reply.fields["content-length"] == "5")
        let head = status(.mock(method: "HEAD", target: "/metrics?x=1"))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(status(.mock(method: "POST", target: "/metrics")).status == 405)
    }

    @Test func showsHealthOnTheStatusSocket() {
        #expect(status(.mock(target: "/health/liveness/")).status == 200)
        #expect(status(.mock(target: "/health/readiness/")).text == #"{"status":"ok"}"#)
        reader.error = .missing(store: "/store")
        #expect(status(.mock(target: "/health/liveness/")).status == 200)
        #expect(status(.mock(target: "/health/readiness/")).status == 503)
        #expect(status(.mock(target: "/metrics")).status == 200)
    }

    @Test(arguments: [Target.list, Target.connection, String(Target.list.dropLast()), "/metrics/", "/"])
    func showsNothingElseOnTheStatusSocket(target: String) {
        for method in ["GET", "OPTIONS", "POST"] {
            #expect(status(.mock(method: method, target: target)).status == 404)
        }
        #expect(reader.readCount == 0)
    }
}
