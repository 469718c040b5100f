import CCurl
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Warehouses

@Suite(.timeLimit(.minutes(1)))
struct WarehouseClientTests {
    private static let head = "HTTP/1.1 200 OK\r\n"
    private static let line = "A: \(String(repeating: "x", count: 1000))\r\n"

    private func send(
        to server: LoopbackServer,
        host: String = "ch.example.com",
        addresses: [String] = ["127.0.0.1"],
        isSecure: Bool = false,
        timeout: Duration = .seconds(20)
    ) throws -> WarehouseAnswer {
        let resolver = HostResolver { _ throws(NetworkError) in addresses.compactMap { IPAddress($0) } }
        let place = WarehouseServer(host: host, port: server.port, isSecure: isSecure, mayBePrivate: true)
        let settings = try NetworkSettings(timeout: timeout)
        let client = WarehouseClient(place, settings, until: .now + timeout, resolver: resolver)
        return try client.send(WarehouseRequest(headers: [], body: Array("SELECT 1".utf8)))
    }

    @Test func readsStatusHeadersAndBody() throws {
        let server = try LoopbackServer(
            "HTTP/1.1 100 Continue\r\nB: 0\r\n\r\nHTTP/1.1 404 No\r\nb: 1\r\nB: 2\r\nContent-Length: 3\r\n\r\n1\0\n"
        )
        defer { server.stop() }
        let answer = try send(to: server)
        #expect(answer.status == 404)
        #expect(answer.header("B") == "1")
        #expect(answer.header("C") == nil)
        #expect(Array(answer.body) == Array("1\0\n".utf8))
    }

    @Test(arguments: [["127.0.0.1"], ["::1", "127.0.0.1"], ["127.0.0.2", "127.0.0.3", "127.0.0.1"]])
    func triesEachAddress(_ addresses: [String]) throws {
        let server = try LoopbackServer(Self.head + "Content-Length: 0\r\n\r\n")
        defer { server.stop() }
        #expect(try send(to: server, addresses: addresses).status == 200)
        #expect(server.connectionCount == 1)
    }

    /// The first takes no connection and refuses none.
    @Test func leavesTimeForTheOtherAddresses() throws {
        let server = try LoopbackServer(Self.head + "Content-Length: 0\r\n\r\n")
        defer { server.stop() }
        let silent = try SilentPort(server.port, ofLastByte: 2)
        defer { withExtendedLifetime(silent) {} }
        let start = ContinuousClock.now
        let answer = try send(to: server, addresses: ["127.0.0.2", "127.0.0.1"], timeout: .seconds(2))
        #expect(answer.status == 200)
        #expect((.seconds(1) ..< .seconds(2)).contains(ContinuousClock.now - start))
        let failure = #expect(throws: TestFailure.self) {
            try send(to: server, addresses: ["127.0.0.2"], timeout: .seconds(1))
        }
        #expect(failure?.text == "ch.example.com:\(server.port): no connection within 1 s")
    }

    @Test func followsNoRedirect() throws {
        let server = try LoopbackServer("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let failure = #expect(throws: TestFailure.self) { try send(to: server) }
        #expect(failure?.text == "HTTP 302: a redirect, which is not followed")
        #expect(server.connectionCount == 1)
    }

    @Test(arguments: [
        ("\r\n", String(repeating: "x", count: 1 << 16)),
        ("Transfer-Encoding: chunked\r\n\r\n", "1000\r\n\(String(repeating: "x", count: 4096))\r\n"),
        ("Content-Length: 67108864\r\n\r\n", String(repeating: "x", count: 1 << 16)),
    ])
    func readsTheBeginningOfALongAnswer(_ head: String, _ repeated: String) throws {
        let server = try LoopbackServer(Self.head + head, repeating: repeated)
        defer { server.stop() }
        #expect(try send(to: server).body.count == WarehouseAnswer.longestBody)
    }

    /// Header lines without end: in the head, before it, after the body. Without a limit they would be read until the
    /// deadline.
    @Test(arguments: [
        (head, line), (head + "A: ", String(repeating: "x", count: 1000)),
        ("", "HTTP/1.1 103 Early Hints\r\n\(line)\r\n"),
        (head + "Transfer-Encoding: chunked\r\n\r\n0\r\n", line),
    ])
    func readsNoEndlessHead(_ answer: String, _ repeated: String) throws {
        let server = try LoopbackServer(answer, repeating: repeated)
        defer { server.stop() }
        let failure = #expect(throws: TestFailure.self) { try send(to: server) }
        #expect(failure?.text == "ch.example.com:\(server.port): the head of the answer is too long")
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\u{15}\u{3}\u{1}\0\u{2}\u{2}F", ""])
    func saysThatAnAnswerIsNotHTTP(_ answer: String) throws {
        let server = try LoopbackServer(answer)
        defer { server.stop() }
        let failure = #expect(throws: TestFailure.self) { try send(to: server) }
        #expect(failure?.text == "ch.example.com:\(server.port): the port does not answer in HTTP without TLS")
    }

    /// Only of what is none at all may the advice be to give it up: with what else is wrong, a password would go out in
    /// clear.
    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n", NetworkError.noTLS), ("HTTP/1.1 400 Bad Request\r\n\r\n", .noTLS),
        ("", .noHandshake),
        // Alerts: handshake_failure, protocol_version (RFC 8446, section 6).
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{28}", .noHandshake), ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\u{46}", .noHandshake),
    ])
    func tellsAPortWithoutTLSFromAHandshakeThatFails(answer: String, error: NetworkError) throws {
        let server = try LoopbackServer(answer, afterHead: false)
        defer { server.stop() }
        let failure = #expect(throws: TestFailure.self) { try send(to: server, isSecure: true) }
        #expect(failure?.text == "ch.example.com:\(server.port): \(error.text)")
        #expect(failure?.advice?.contains("secure") == (error == .noTLS))
    }

    /// The first address ends the handshake.
    @Test func triesTheOtherAddressesAfterAHandshakeThatFails() throws {
        let server = try LoopbackServer("", afterHead: false)
        defer { server.stop() }
        #expect(throws: TestFailure.self) {
            try send(to: server, addresses: ["127.0.0.1", "127.0.0.1"], isSecure: true)
        }
        #expect(server.connectionCount == 2)
    }

    @Test func noticesAnAnswerThatIsCutOff() throws {
        let server = try LoopbackServer(Self.head + "Content-Length: 10\r\n\r\n123")
        defer { server.stop() }
        let failure = #expect(throws: TestFailure.self) { try send(to: server) }
        #expect(failure?.text == "ch.example.com:\(server.port): closed the connection before its answer was whole")
    }

    /// A name that leads elsewhere when it is looked up again: once is enough for a test.
    @Test func looksANameUpOnce() throws {
        let server = try LoopbackServer(Self.head + "Content-Length: 0\r\n\r\n")
        defer { server.stop() }
        let lookUps = Counter()
        let resolver = HostResolver { _ throws(NetworkError) in
            let isFirst = lookUps.count.add(1, ordering: .relaxed).oldValue == 0
            return [isFirst ? "127.0.0.1" : "127.0.0.2"].compactMap { IPAddress($0) }
        }
        let place = WarehouseServer(host: "ch.example.com", port: server.port, isSecure: false, mayBePrivate: true)
        let client = WarehouseClient(place, try NetworkSettings(), until: .now + .seconds(20), resolver: resolver)
        for _ in 1...3 { #expect(try client.send(WarehouseRequest(headers: [], body: nil)).status == 200) }
        #expect(lookUps.count.load(ordering: .relaxed) == 1)
        #expect(server.connectionCount == 3)
    }

    /// 200 requests, 64 at a time, to servers that close, hang, drip, redirect and answer without end. In a process of its
    /// own, whose threads and descriptors nobody else counts.
    @Test func leavesNoThreadAndNoDescriptor() async {
        await #expect(processExitsWith: .success) { try WarehouseClientTests.askManyServers() }
    }

    private static func askManyServers() throws {
        let redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
        let long = "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n"
        let servers = [
            try LoopbackServer(""), try LoopbackServer(redirect),
            try LoopbackServer(long, repeating: String(repeating: "x", count: 1 << 16)),
            // The others wait for the one that it answers.
            try LoopbackServer(long, repeating: "x", each: .milliseconds(100)),
        ]
        let threads = DispatchGroup()
        let left = Counter()
        let answers = Counter()
        func count(_ directory: String) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(directory)").count
        }
        let before = (threads: try count("task"), descriptors: try count("fd"))
        for _ in 0..<64 {
            threads.enter()
            Thread.detachNewThread {
                while case let number = left.count.add(1, ordering: .relaxed).oldValue, number < 200 {
                    let start = ContinuousClock.now
                    let answer = try? WarehouseClientTests().send(
                        to: servers[number % servers.count],
                        timeout: .seconds(3)
                    )
                    precondition(answer == nil || number % servers.count == 2)
                    if answer != nil { answers.count.add(1, ordering: .relaxed) }
                    precondition(ContinuousClock.now - start < .seconds(10))
                }
                threads.leave()
            }
        }
        threads.wait()
        // Most of those of the one that answers: else nothing was tried.
        precondition(answers.count.load(ordering: .relaxed) > 25)
        // A thread is there for a moment after its last line.
        for _ in 0..<500 where try count("task") > before.threads { Thread.sleep(forTimeInterval: 0.01) }
        let after = (threads: try count("task"), descriptors: try count("fd"))
        precondition(after.threads <= before.threads, "\(after) after \(before)")
        // A server may be at an answer that nobody reads any more.
        precondition(after.descriptors <= before.descriptors + servers.count, "\(after) after \(before)")
    }

    /// Whatever host the URL names, as if libcurl had looked it up again.
    @Test(arguments: [nil, "127.0.0.2"])
    func connectsToNoAddressThatWasNotChecked(_ address: String?) throws {
        let server = try LoopbackServer(Self.head + "Content-Length: 0\r\n\r\n")
        defer { server.stop() }
        for host in ["127.0.0.1", "2130706433", "localhost"] {
            let transfer = CurlTransfer(
                url: "http://\(host):\(server.port)/",
                headers: [],
                body: nil,
                address: address.flatMap { IPAddress($0) },
                proxy: nil,
                authorities: nil,
                connectTimeout: .seconds(5),
                timeout: .seconds(5),
                longestBody: 100
            )
            let failure = #expect(throws: CurlFailure.self) { try CurlHandle().perform(transfer) }
            #expect(failure?.code == CURLE_COULDNT_CONNECT)
        }
        #expect(server.connectionCount == 0)
    }
}

private final class Counter: Sendable {
    let count = Atomic(0)
}
