import Foundation

/// One statement after the other over Snowflake's SQL API.
///
/// Source: https://docs.snowflake.com/en/developer-guide/sql-api/reference.
struct StatementsAPI {
    /// The body of a request: a statement and what it runs with. The names are in the case in which Snowflake stores them.
    struct Submission: Encodable {
        var statement = ""
        /// In seconds, at least 1. Snowflake stops the statement after that time; 0 would mean a week.
        var timeout: Int64 = 1
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

    private let client: WarehouseClient
    private let server: WarehouseServer
    private let settings: NetworkSettings
    private let deadline: ContinuousClock.Instant
    private let token: KeyPairToken
    private let session: Submission

    /// - Parameters:
    ///   - deadline: of all statements together; the settings' reserve is for stopping the last one.
    ///   - session: what every statement runs with.
    init(
        _ server: WarehouseServer,
        _ settings: NetworkSettings,
        until deadline: ContinuousClock.Instant,
        token: KeyPairToken,
        session: Submission
    ) {
        client = WarehouseClient(server, settings, until: deadline - settings.reserve)
        self.server = server
        self.settings = settings
        self.deadline = deadline
        self.token = token
        self.session = session
    }

    /// Runs a statement to its end. One that may still run is cancelled, because it costs the customer credits.
    ///
    /// It runs asynchronously, because only then does Snowflake give its handle before the statement ends.
    ///
    /// - Returns: the body of Snowflake's answer.
    /// - Throws: ``TestFailure`` with Snowflake's words and number.
    @discardableResult
    func run(_ statement: String) throws(TestFailure) -> Data {
        let start = ContinuousClock.now
        var answer = try submit(statement)
        if answer.status == 202 {
            guard let handle = UUID(uuidString: try decoded(answer).statementHandle ?? "") else {
                throw foreign(answer)
            }
            let path = "/\(handle.uuidString.lowercased())"
            do throws(TestFailure) {
                answer = try end(of: path, since: start)
                if ![408, 422].contains(answer.status) { try requireSuccess(answer) }
            } catch {
                let failure = client.hasTimeLeft ? error : stillRunning(since: start)
                cancel(path)
                throw failure
            }
        }
        try requireSuccess(answer)
        return answer.body
    }

    /// Whatever else answers 200, a portal for one, is not Snowflake.
    private func requireSuccess(_ answer: WarehouseAnswer) throws(TestFailure) {
        guard answer.status == 200 else { throw failure(answer) }
        guard try decoded(answer).statementHandle != nil else { throw foreign(answer) }
    }

    /// In the reserve's time, so that there may be another attempt.
    private func cancel(_ path: String) {
        let client = WarehouseClient(server, settings, until: min(deadline, .now + settings.reserve))
        _ = try? client.send(request("\(path)/cancel", Data("{}".utf8)))
    }

    /// When a request that may have got through is sent again, it has the same identity, so that the statement runs once.
    ///
    /// Source: https://docs.snowflake.com/en/developer-guide/sql-api/submitting-requests, "Resubmitting a request".
    private func submit(_ statement: String) throws(TestFailure) -> WarehouseAnswer {
        var submission = session
        submission.statement = statement
        submission.timeout = max(1, client.timeLeft.wholeSeconds)
        let body = try encoded(submission)
        let path = "?async=true&requestId=\(UUID().uuidString.lowercased())"
        return try answer(to: path, again: "\(path)&retry=true", body)
    }

    /// The answer when a statement runs no more.
    private func end(of path: String, since start: ContinuousClock.Instant) throws(TestFailure) -> WarehouseAnswer {
        var pause = Duration.milliseconds(100)
        while wait(&pause) {
            let answer = try answer(to: path, again: path)
            if answer.status != 202 { return answer }
        }
        throw stillRunning(since: start)
    }

    private func stillRunning(since start: ContinuousClock.Instant) -> TestFailure {
        TestFailure(
            "not ready: the statement still ran after \((.now - start).wholeSeconds) s: "
                + "the warehouse is starting or has too much to do",
            advice: "test again in a few minutes",
            cause: .notReady
        )
    }

    /// Asks again while Snowflake is too busy to answer.
    private func answer(
        to path: String,
        again secondPath: String,
        _ body: Data? = nil
    ) throws(TestFailure) -> WarehouseAnswer {
        var answer = try client.send(request(path, body))
        var pause = Duration.milliseconds(250)
        while Self.statusesOfBusyGateways.contains(answer.status) {
            let wanted = answer.header("Retry-After").flatMap { Int64($0) }.map { Duration.seconds($0) }
            guard wait(&pause, atLeast: wanted) else { throw failure(answer) }
            answer = try client.send(request(secondPath, body))
        }
        return answer
    }

    /// Waits before Snowflake is asked once more, a longer time at each attempt, but leaves time for the answer.
    ///
    /// - Returns: false, at once, if there is no time left for that.
    private func wait(_ pause: inout Duration, atLeast wanted: Duration? = nil) -> Bool {
        let next = max(min(pause, client.timeLeft / 2), wanted ?? .zero)
        guard client.timeLeft > max(next, .milliseconds(100)) else { return false }
        client.pause(next)
        pause = min(pause * 2, .seconds(2))
        return true
    }

    /// - Parameter body: posted; nil for GET.
    private func request(_ end: String, _ body: Data?) throws(TestFailure) -> WarehouseRequest {
        var headers = [
            ("Authorization", "Bearer \(try token.minted())"),
            ("X-Snowflake-Authorization-Token-Type", "KEYPAIR_JWT"),
            ("Accept", "application/json"),
        ]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        return WarehouseRequest(path: "/api/v2/statements\(end)", headers: headers, body: body.map(Array.init))
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

    /// Too many requests; no answer, no room, or none in time from the servers behind it.
    private static let statusesOfBusyGateways = [429, 502, 503, 504]

    private func foreign(_ answer: WarehouseAnswer, cause: TestFailure.Cause = .warehouse) -> TestFailure {
        let text = answer.body.isEmpty ? "with nothing" : "that is not Snowflake's: \(answer.text)"
        return TestFailure("HTTP \(answer.status): an answer \(text)", cause: cause)
    }

    private func failure(_ answer: WarehouseAnswer) -> TestFailure {
        // 408: the statement waited in a queue, or ran, for longer than it may.
        let isNotReady = ([408] + Self.statusesOfBusyGateways).contains(answer.status)
        let cause: TestFailure.Cause = isNotReady ? .notReady : .warehouse
        let decoded = try? JSONDecoder().decode(Answer.self, from: answer.body)
        guard let message = decoded?.message, !message.isEmpty else { return foreign(answer, cause: cause) }
        let failure = TestFailure(answer.redacted(message), code: decoded?.code.flatMap(answer.code), cause: cause)
        return answer.clockOffset.flatMap { Snowflake.failure(failure, withClockOffBy: $0) } ?? failure
    }
}
