import Foundation

/// One statement after the other over ClickHouse's HTTP interface.
///
/// Source: https://clickhouse.com/docs/interfaces/http.
struct HTTPInterface {
    let client: WarehouseClient
    /// Of every request.
    let headers: [(name: String, value: String)]

    /// Runs a statement that may run twice: again and again as long as the server has no time for it, until the deadline.
    ///
    /// - Parameter isExpected: whether an answer without an error is that of ClickHouse.
    /// - Throws: ``TestFailure`` with ClickHouse's words and number.
    func run(_ statement: String, _ isExpected: (String) -> Bool) throws(TestFailure) {
        let request = WarehouseRequest(headers: headers, body: Array(statement.utf8))
        var pause = Duration.milliseconds(100)
        var notReady: TestFailure?
        while true {
            let answer: WarehouseAnswer
            do throws(TestFailure) {
                answer = try client.send(request)
            } catch {
                // That no time was left says less.
                throw client.hasTimeLeft ? error : notReady ?? error
            }
            guard let failure = failure(answer, isExpected) else { return }
            guard failure.cause == .notReady else { throw failure }
            let wanted = answer.header("Retry-After").flatMap { UInt32($0) }.map { Duration.seconds($0) }
            let wait = max(pause, wanted ?? .zero)
            guard wait < client.timeLeft else { throw failure }
            client.pause(wait)
            pause = min(pause * 2, .seconds(2))
            notReady = failure
        }
    }

    /// Nil if the statement has succeeded.
    private func failure(_ answer: WarehouseAnswer, _ isExpected: (String) -> Bool) -> TestFailure? {
        let header = answer.header("X-ClickHouse-Exception-Code")
        let words = answer.text.trimmingCharacters(in: .newlines)
        guard header != nil || words.contains(/DB::\w*Exception/) else {
            guard answer.status != 200 || !isExpected(answer.rawText) else { return nil }
            let description = answer.body.isEmpty ? "with nothing" : "that is not ClickHouse's: \(words)"
            let isBusy = Self.statusesOfBusyGateways.contains(answer.status)
            return TestFailure(
                "HTTP \(answer.status): an answer \(description)",
                advice: isBusy ? "the warehouse may be starting, which can take minutes: test again" : nil,
                cause: isBusy ? .notReady : .warehouse
            )
        }
        // A proxy may keep its headers back, and those before 20.12 have none.
        let inWords = words.firstMatch(of: /Code: ([0-9]{1,6})[.,]/).map { String($0.1) }
        let code = [header, inWords].compactMap(\.self).compactMap(answer.code).first
        return TestFailure(words, code: code, cause: code.map(ClickHouse.cause) ?? .warehouse)
    }

    /// Too many requests; no answer, no room, or none in time from the server behind it.
    private static let statusesOfBusyGateways = [429, 502, 503, 504]
}
