import Foundation
import Testing

@testable import Warehouses

@Suite(.timeLimit(.minutes(1)))
struct StatementsAPITests {
    /// What a server that is too busy says of when to come back, and how often it is asked within four seconds.
    @Test(arguments: [
        ("Retry-After: 3600\r\n", 1...1), ("Retry-After: 0\r\n", 2...12), ("Retry-After: -1\r\n", 2...12),
        ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 2...12), ("Retry-After: 1\r\n", 2...4), ("", 2...12),
    ])
    func comesBackWhenItIsTold(header: String, counts: ClosedRange<Int>) throws {
        let body = #"{"code":"000429","message":"Request rate exceeds max"}"#
        let server = try LoopbackServer(
            "HTTP/1.1 429 Too Many Requests\r\n\(header)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        defer { server.stop() }
        let key = try Self.key.get()
        let start = ContinuousClock.now
        let failure = #expect(throws: TestFailure.self) { try api(server, key, timeout: .seconds(4)).run("SELECT 1") }
        #expect(failure?.cause == .notReady)
        #expect(failure?.text == "Request rate exceeds max")
        #expect(failure?.code == "000429")
        #expect(counts.contains(server.connectionCount), "\(server.connectionCount)")
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    /// Made once: it takes a second.
    private static let key = Result { try SigningKey(pkcs8: KeyPair().withPrivateKey { Data($0) }) }

    private func api(_ server: LoopbackServer, _ key: SigningKey, timeout: Duration) throws -> StatementsAPI {
        StatementsAPI(
            WarehouseServer(host: "127.0.0.1", port: server.port, isSecure: false, mayBePrivate: true),
            try NetworkSettings(timeout: timeout),
            until: .now + timeout,
            token: KeyPairToken(account: SnowflakeAccount("xy12345"), user: "U", key: key),
            session: StatementsAPI.Submission(role: "R", warehouse: "W", database: "D", schema: "S")
        )
    }
}
