import Foundation
import TestSupport
import Testing

@testable import FastCGI

private typealias R = FastCGIRecords

@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
    @Test
    func answersManyRequestsOnAKeptConnection() throws {
        let server = try RunningServer()
        let connection = try server.connect()
        for number in 1...50 {
            let response = try connection.ask([("REQUEST_URI", "/\(number)")], keep: true)
            #expect(response.status == 200)
            #expect(response["Content-Type"] == "text/plain")
            #expect(response.body == "/\(number)")
        }
    }

    @Test
    func closesAConnectionThatIsNotToBeKept() throws {
        let server = try RunningServer()
        let connection = try server.connect()
        #expect(try connection.ask([("REQUEST_URI", "/")]).body == "/")
        #expect(connection.isClosedByPeer())
    }

    @Test(arguments: [0, 1, 8000, 8192, 100_000, 1_000_000])
    func writesAnAnswerOfAnyLength(_ size: Int) throws {
        let server = try RunningServer()
        let response = try server.connect().ask([("SIZE", "\(size)")])
        #expect(response.body.utf8.count == size)
    }

    @Test(arguments: [1, 100, 8064, 8192, 30_000, 60_000])
    func readsABodyToItsEnd(_ size: Int) throws {
        let server = try RunningServer()
        let connection = try server.connect()
        // If any of it were left, it would be taken for the next request.
        let forged = R.request([("REQUEST_URI", "/forged")], keep: true)
        let body = [UInt8](repeating: 0, count: max(0, size - forged.count)) + forged
        for number in 1...3 {
            let response = try connection.ask([("REQUEST_URI", "/\(number)")], keep: true, body: body)
            #expect(response.body == "/\(number)")
        }
        #expect(server.targets == ["/1", "/2", "/3"])
    }

    @Test
    func answersAHugeBodyAndClosesTheConnection() throws {
        let server = try RunningServer()
        let connection = try server.connect()
        let response = try connection.ask(
            [("REQUEST_URI", "/huge")],
            keep: true,
            body: [UInt8](repeating: 0, count: 150_000)
        )
        #expect(response.body == "/huge")
        #expect(connection.isClosedByPeer())
        #expect(try server.connect().ask([("REQUEST_URI", "/next")]).body == "/next")
    }

    @Test(arguments: [
        Records("garbage", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
        Records(
            "FCGI_GET_VALUES with five names, which overflows libfcgi's buffer",
            R.record(R.getValues, R.pairs((1...5).map { _ in ("FCGI_MPXS_CONNS", "") }), id: 0)
        ),
        Records(
            "FCGI_GET_VALUES in the input",
            R.begin(),
            R.stream(R.params, []),
            R.record(R.getValues, R.pairs([("FCGI_MAX_CONNS", "")]), id: 0)
        ),
        Records(
            "lengths of 2 GiB, which abort libfcgi",
            R.begin(),
            R.record(R.params, [0xFF, 0xFF, 0xFF, 0xFD, 0xFF, 0xFF, 0xFF, 0xFD])
        ),
        Records("a parameter cut off", R.begin(), R.stream(R.params, [3, 1, 65])),
        Records("an abort", R.begin(), R.record(R.abortRequest)),
        Records(
            "two requests at once",
            R.request([("REQUEST_URI", "/1")], keep: true),
            R.request([("REQUEST_URI", "/2")])
        ),
    ])
    func closesAConnectionThatSendsNoRequest(_ records: Records) throws {
        let server = try RunningServer()
        let connection = try server.connect()
        connection.send(records.bytes)
        #expect(connection.isClosedByPeer())
        #expect(server.targets.isEmpty)
        #expect(try server.connect().ask([("REQUEST_URI", "/after")]).body == "/after")
    }

    @Test
    func neverServesParametersThatEndTooEarly() throws {
        let server = try RunningServer(threads: 1)
        // The end of file at the boundary of a pair, which libfcgi delivers as a complete request.
        try server.connect().send(R.begin() + R.record(R.params, R.pairs([("REQUEST_URI", "/cut")])))
        #expect(try server.connect().ask([("REQUEST_URI", "/after")]).body == "/after")
        #expect(server.targets == ["/after"])
    }

    @Test
    func servesARequestThatComesInPieces() throws {
        let server = try RunningServer()
        let connection = try server.connect()
        let request = R.request([("REQUEST_URI", "/slow")], keep: true)
        for byte in request.dropLast(1) { connection.send([byte]) }
        #expect(connection.isSilent(forMilliseconds: 200))
        connection.send([request[request.count - 1]])
        #expect(try connection.receive().body == "/slow")
        #expect(try connection.ask([("REQUEST_URI", "/next")], keep: true).body == "/next")
    }

    @Test
    func letsTheOldestIdleConnectionGiveWayWhenDescriptorsRunOut() throws {
        let server = try RunningServer(threads: 1)
        let (first, second) = (try server.connect(), try server.connect())
        for connection in [first, second] { _ = try connection.ask([("REQUEST_URI", "/")], keep: true) }
        let hasClosedOne = server.server.queue.closeOldest()
        #expect(hasClosedOne)
        #expect(first.isClosedByPeer())
        #expect(try second.ask([("REQUEST_URI", "/again")], keep: true).body == "/again")
    }
}
