import Foundation

/// One statement after the other over Snowflake's SQL API.
///
/// Source: https://docs.snowflake.com/en/developer-guide/sql-api/reference.
struct StatementsAPI {
    /// The body of a request: a statement and what it runs with. The names are in the case in which Snowflake stores them.
    struct Submission: Encodable {
        var statement = ""
        /// In seconds.
        var timeout = 45
        let role: String
        let warehouse: String
        let database: String
        let schema: String
    }

    private struct Answer: Decodable {
        let code: String?
        let message: String?
        let statementHandle: String?
    }

    let client: WarehouseClient
    let token: KeyPairToken
    /// What every statement runs with.
    let session: Submission

    /// How often a request that Snowflake is too busy for is sent.
    private static let attempts = 4

    /// Runs a statement to its end.
    ///
    /// - Throws: ``TestFailure`` with Snowflake's words and number.
    func run(_ statement: String) throws(TestFailure) {
        var submission = session
        submission.statement = statement
        let body = try encoded(submission)
        var answer = try submit(body)
        var pause = Duration.milliseconds(100)
        while answer.status == 202 {
            guard let handle = UUID(uuidString: try decoded(answer).statementHandle ?? "") else {
                throw failure(answer)
            }
            client.pause(pause)
            pause = min(pause * 2, .seconds(2))
            answer = try send("/\(handle.uuidString.lowercased())")
        }
        // Whatever else answers 200, a portal for one, is not Snowflake.
        guard answer.status == 200, try decoded(answer).statementHandle != nil else { throw failure(answer) }
    }

    /// Submits a statement, once more if Snowflake is too busy: with the same identity, so that it runs once.
    ///
    /// Source: https://docs.snowflake.com/en/developer-guide/sql-api/submitting-requests, "Resubmitting a request".
    private func submit(_ body: Data) throws(TestFailure) -> WarehouseAnswer {
        let request = UUID().uuidString.lowercased()
        var answer = try send("?requestId=\(request)", body)
        for attempt in 1..<Self.attempts where [429, 503, 504].contains(answer.status) {
            let wanted = answer.header("Retry-After").flatMap { Int64($0) }.map { Duration.seconds($0) }
            client.pause(wanted ?? .milliseconds(250 << attempt))
            guard client.hasTimeLeft else { break }
            answer = try send("?requestId=\(request)&retry=true", body)
        }
        return answer
    }

    private func send(_ end: String, _ body: Data? = nil) throws(TestFailure) -> WarehouseAnswer {
        var headers = [
            ("Authorization", "Bearer \(try token.minted())"),
            ("X-Snowflake-Authorization-Token-Type", "KEYPAIR_JWT"),
            ("Accept", "application/json"),
        ]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        return try client.send(
            WarehouseRequest(path: "/api/v2/statements\(end)", headers: headers, body: body.map(Array.init))
        )
    }

    private func encoded(_ submission: Submission) throws(TestFailure) -> Data {
        do { return try JSONEncoder().encode(submission) } catch { throw TestFailure("\(error)", cause: .service) }
    }

    private func decoded(_ answer: WarehouseAnswer) throws(TestFailure) -> Answer {
        guard let decoded = try? JSONDecoder().decode(Answer.self, from: answer.body) else {
            throw failure(answer)
        }
        return decoded
    }

    private func failure(_ answer: WarehouseAnswer) -> TestFailure {
        let decoded = try? JSONDecoder().decode(Answer.self, from: answer.body)
        guard let message = decoded?.message, !message.isEmpty else {
            let text = answer.body.isEmpty ? "with nothing" : "that is not Snowflake's: \(answer.text)"
            return TestFailure("HTTP \(answer.status): an answer \(text)")
        }
        return TestFailure(answer.redacted(message), code: decoded?.code.flatMap(answer.code))
    }
}
