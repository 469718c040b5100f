import WarehouseConnections

/// ClickHouse over its HTTP interface.
///
/// Source: https://clickhouse.com/docs/interfaces/http.
enum ClickHouse {
    /// Where a test writes one row. It keeps nothing: its engine throws every row away, and no right to drop is needed.
    static let testTable = "flagsmith_connection_test"

    /// What a test tries, in this order.
    enum Step: String, CaseIterable {
        case read
        case create
        case insert

        func statement(_ table: String) -> String {
            switch self {
            case .read: "SELECT 1"
            case .create: "CREATE TABLE IF NOT EXISTS \(table) (at DateTime) ENGINE = Null"
            case .insert: "INSERT INTO \(table) (at) VALUES (now())"
            }
        }
    }

    /// Takes one step after the other, at an address of the host's that is public.
    ///
    /// - Throws: ``TestFailure`` of the first that fails.
    static func test(
        _ configuration: WarehouseConfiguration,
        password: String,
        _ settings: NetworkSettings,
        _ deadline: ContinuousClock.Instant
    ) throws {
        func value(_ field: String) -> String { "\(configuration[field] ?? "")" }
        var port = 0
        if case .integer(let number) = configuration["port"] { port = Int(number) }
        let client = WarehouseClient(
            WarehouseServer(
                host: value("host").lowercased(),
                port: port,
                isSecure: configuration["secure"] == .boolean(true),
                mayBePrivate: settings.allowsPrivateHosts
            ),
            settings,
            until: deadline
        )
        let table = "\(quoted(value("database"))).\(quoted(testTable))"
        for step in Step.allCases {
            let request = WarehouseRequest(
                headers: [
                    ("X-ClickHouse-User", value("username")),
                    ("X-ClickHouse-Key", password),
                    ("X-ClickHouse-Database", value("database")),
                    ("Content-Type", "text/plain; charset=UTF-8"),
                ],
                body: Array(step.statement(table).utf8)
            )
            do throws(TestFailure) {
                try check(try client.send(request), step)
            } catch {
                var failure = error
                failure.step = step.rawValue
                if let code = error.code {
                    failure.advice = advice(on: code, value("database"), value("username"))
                    if codesOfSignIn.contains(code) { failure.cause = .signIn }
                }
                throw failure
            }
        }
    }

    private static func check(_ answer: WarehouseAnswer, _ step: Step) throws(TestFailure) {
        let code = answer.header("X-ClickHouse-Exception-Code").flatMap(answer.code)
        // A statement of a replicated database answers with the state of each host.
        let isExpected = step != .read || answer.rawText == "1\n"
        let isException =
            answer.header("X-ClickHouse-Exception-Code") != nil || answer.rawText.contains("DB::Exception")
        guard answer.status == 200, isExpected, !isException else {
            let words = answer.text.trimmingSuffix { $0.isNewline }
            guard isException else {
                throw TestFailure("HTTP \(answer.status): an answer that is not ClickHouse's: \(words)")
            }
            throw TestFailure(words, code: code)
        }
    }

    /// No such user, a wrong password, and the one for either.
    private static let codesOfSignIn = ["192", "193", "194", "516"]

    /// Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp.
    private static func advice(on code: String, _ database: String, _ user: String) -> String? {
        switch code {
        case "81": "the database is missing: run the set-up script again"
        case "164": "the user may only read: give it a profile without readonly"
        case "192", "193", "194", "516": "user or password is wrong: give them again"
        case "497":
            """
            the user may not do that: GRANT SELECT, INSERT, CREATE TABLE ON \(quoted(database)).* TO \(quoted(user));
            """
        default: nil
        }
    }

    static func quoted(_ name: String) -> String { name.quoted(with: "\"", doubling: "\\") }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
