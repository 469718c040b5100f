import Foundation
import TestSupport
import Testing

@testable import FastCGI

private typealias R = FastCGIRecords

/// What peers cost that send or read slowly, or nothing.
@Suite(.timeLimit(.minutes(1)))
struct SlowPeerTests {
    @Test
    func holdNoThreadWhileTheyAreIdleOrSilent() throws {
        let server = try RunningServer(threads: 4)
        let idle = try (1...68).map { _ in try server.connect() }
        for connection in idle { _ = try connection.ask([("REQUEST_URI", "/idle")], keep: true) }
        let silent = try (1...20).map { _ in try server.connect() }
        try expectPromptAnswers(server)
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
        let stalled = try (1...5).map { _ in try server.connect() }
        for connection in stalled { connection.send(records.bytes) }
        #expect(stalled.allSatisfy { $0.isSilent(forMilliseconds: 20) })
        try expectPromptAnswers(server)
    }

    @Test
    func holdNoThreadWhileTheyDrip() throws {
        let server = try RunningServer(threads: 1)
        let request = R.request([("REQUEST_URI", "/drip")], keep: true)
        let drips = try (1...5).map { _ in try server.connect() }
        for byte in request.dropLast() {
            for drip in drips { drip.send([byte]) }
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
        let talkers = try (1...3).map { _ in try server.connect() }
        for talker in talkers {
            talker.send(R.begin() + R.stream(R.params, R.pairs([("REQUEST_URI", "/huge")])))
            for _ in 1...3 { talker.send(R.record(R.stdin, [UInt8](repeating: 0, count: 30_000))) }
            #expect(try talker.receive().body == "/huge")
        }
        try expectPromptAnswers(server)
    }

    @Test
    func costFourSecondsAtMostWhenTheyDoNotRead() throws {
        let server = try RunningServer(threads: 1)
        let deaf = try server.connect()
        deaf.send(R.request([("REQUEST_URI", "/deaf"), ("SIZE", "4000000")]))
        while server.targets.isEmpty { usleep(1_000) }
        let start = ContinuousClock.now
        #expect(try server.connect().ask([("REQUEST_URI", "/good")]).body == "/good")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test
    func areServedToTheEndAfterTheStop() throws {
        let server = try RunningServer(threads: 2)
        let slow = try server.connect()
        let request = R.request([("REQUEST_URI", "/slow")], keep: true)
        slow.send(Array(request.dropLast()))
        #expect(slow.isSilent(forMilliseconds: 50))
        server.server.stop()
        #expect(server.server.drain(for: .zero) == 1)
        slow.send([request[request.count - 1]])
        #expect(try slow.receive().body == "/slow")
        #expect(server.server.drain(for: .seconds(10)) == 0)
    }

    /// A thread in the hand of another peer would be missing for two seconds.
    private func expectPromptAnswers(_ server: RunningServer) throws {
        let start = ContinuousClock.now
        for number in 1...300 {
            #expect(try server.connect().ask([("REQUEST_URI", "/\(number)")]).body == "/\(number)")
        }
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
