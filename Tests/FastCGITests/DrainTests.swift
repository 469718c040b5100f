import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.timeLimit(.minutes(1)))
struct DrainTests {
    @Test
    func finishesWhatIsInFlightAndTakesNothingNew() throws {
        let gate = Gate()
        let server = try RunningServer { if $0 == "/slow" { gate.pass() } }
        let idle = try server.connect()
        _ = try idle.ask([("REQUEST_URI", "/")], keep: true)
        let slow = try server.connect()
        slow.send(FastCGIRecords.request([("REQUEST_URI", "/slow")], keep: true))
        gate.waitForVisitor()
        server.server.stop()
        #expect(server.server.drain(for: .zero) == 1)
        gate.open()
        #expect(try slow.receive().body == "/slow")
        #expect(slow.isClosedByPeer())
        #expect(server.server.drain(for: .seconds(10)) == 0)
    }

    @Test
    func servesARequestThatHasComeBeforeTheStop() throws {
        let gate = Gate()
        let server = try RunningServer(threads: 1) { if $0 == "/slow" { gate.pass() } }
        let waiting = try server.connect()
        _ = try waiting.ask([("REQUEST_URI", "/")], keep: true)
        let slow = try server.connect()
        slow.send(FastCGIRecords.request([("REQUEST_URI", "/slow")]))
        gate.waitForVisitor()
        waiting.send(FastCGIRecords.request([("REQUEST_URI", "/waiting")], keep: true))
        server.server.stop()
        gate.open()
        #expect(try waiting.receive().body == "/waiting")
        #expect(waiting.isClosedByPeer())
        #expect(server.server.drain(for: .seconds(10)) == 0)
    }
}

/// Holds a handler until the test has seen it.
private final class Gate: Sendable {
    private let visited = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    func pass() {
        visited.signal()
        opened.wait()
    }

    func waitForVisitor() { visited.wait() }
    func open() { opened.signal() }
}
