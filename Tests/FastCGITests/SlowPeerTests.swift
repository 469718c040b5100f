import Foundation
import TestSupport
import Testing

@testable import FastCGI

private typealias R = FastCGIRecords

/// What peers cost that send or read slowly, or nothing.
///
/// A thread in the hand of one of them is missing for two seconds or for ever. Where none may be, one thread has ten or more
/// of them: a connection does not wait that long for its answer.
@Suite(.timeLimit(.minutes(1)))
struct SlowPeerTests {
    @Test
    func holdNoThreadWhileTheyAreIdleOrSilent() throws {
        let server = try RunningServer(threads: 1)
        let idle = try (1...20).map { _ in try server.connect() }
        for connection in idle { _ = try connection.ask([("REQUEST_URI", "/idle")], keep: true) }
        let silent = try (1...20).map { _ in try server.connect() }
        #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        for connection in idle + silent {
            #expect(try connection.ask([("REQUEST_URI", "/again")], keep: true).body == "/again")
        }
    }

    @Test(arguments: [
        Records("the beginning", R.begin()),
        Records("some parameters", R.begin(), R.record(R.params, R.pairs([("REQUEST_URI", "/drip")]))),
        Records("no end of the input", R.begin(), R.stream(R.params, R.pairs([("REQUEST_URI", "/drip")]))),
    ])
    func holdNoThreadAfterTheyHaveSent(_ records: Records) throws {
        let server = try RunningServer(threads: 1)
        let stalled = try (1...20).map { _ in try server.connect() }
        for connection in stalled { connection.send(records.bytes) }
        #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        #expect(stalled.allSatisfy { $0.isSilent(forMilliseconds: 0) })
    }

    @Test
    func holdNoThreadWhileTheyDrip() throws {
        let server = try RunningServer(threads: 1)
        let request = R.request([("REQUEST_URI", "/drip")], keep: true)
        let drips = try (1...10).map { _ in try server.connect() }
        for (number, byte) in request.dropLast().enumerated() {
            for drip in drips { drip.send([byte]) }
            // Not after each byte: the whole request has to come within two seconds.
            guard number.isMultiple(of: 8) else { continue }
            #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        }
        for drip in drips {
            drip.send([request[request.count - 1]])
            #expect(try drip.receive().body == "/drip")
        }
    }

    @Test
    func areCutOffAfterTwoSeconds() throws {
        let server = try RunningServer(threads: 1)
        let (cut, answered) = (try server.connect(), try server.connect())
        let start = ContinuousClock.now
        cut.send(R.begin())
        answered.send(R.begin() + R.stream(R.params, R.pairs([("REQUEST_URI", "/open")])))
        #expect(cut.isClosedByPeer())
        #expect(ContinuousClock.now - start > .milliseconds(1900))
        // All that is needed for an answer has come.
        #expect(try answered.receive().body == "/open")
        #expect(answered.isClosedByPeer())
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(server.targets == ["/open"])
    }

    @Test
    func holdNoThreadWhileTheySendABodyThatNobodyReads() throws {
        let server = try RunningServer(threads: 1)
        let talkers = try (1...10).map { _ in try server.connect() }
        for talker in talkers {
            talker.send(R.begin() + R.stream(R.params, R.pairs([("REQUEST_URI", "/huge")])))
            for _ in 1...3 { talker.send(R.record(R.stdin, [UInt8](repeating: 0, count: 30_000))) }
        }
        #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        for talker in talkers { #expect(try talker.receive().body == "/huge") }
    }

    @Test
    func costFourSecondsAtMostWhenTheyDoNotRead() throws {
        let server = try RunningServer(threads: 1)
        let deaf = try server.connect()
        let start = ContinuousClock.now
        deaf.send(R.request([("REQUEST_URI", "/deaf"), ("SIZE", "4000000")]))
        #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        // A third wait of two seconds would make it six.
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(server.targets == ["/deaf", "/good"])
    }

    @Test
    func areServedToTheEndAfterTheStop() throws {
        let server = try RunningServer(threads: 2)
        let slow = try server.connect()
        let request = R.request([("REQUEST_URI", "/slow")], keep: true)
        slow.send(Array(request.dropLast()))
        try server.wait { $0.queue.unfinishedRequests == 1 && $0.busyWorkers == 0 }
        server.server.stop()
        #expect(server.server.drain(for: .zero) == 1)
        slow.send([request[request.count - 1]])
        #expect(try slow.receive().body == "/slow")
        #expect(server.server.drain(for: .seconds(10)) == 0)
    }
}
