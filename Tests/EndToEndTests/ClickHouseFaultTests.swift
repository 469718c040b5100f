import Foundation
import TestSupport
import Testing

/// What can be wrong with a ClickHouse, and what a test of its connection says of it.
@Suite(.timeLimit(.minutes(5)))
struct ClickHouseFaultTests {
    struct Fault {
        let name: String
        /// Of the stand-in's state.
        let change: [String: Any]
        let exitCode: Int32
        let status: String
        /// Nil if nothing is stored.
        let lastError: String?
        /// A part of what is printed to do about it.
        var advice = ""
    }

    /// An answer to each statement that begins with `word`, before the password is checked.
    private static func answer(
        _ status: Int,
        _ body: String = "",
        to word: String = "SELECT",
        code: String? = nil,
        retryAfter: Int? = nil,
        times: Int? = nil
    ) -> [String: Any] {
        var headers: [String: String] = [:]
        headers["X-ClickHouse-Exception-Code"] = code
        headers["Retry-After"] = retryAfter.map(String.init)
        var answer: [String: Any] = ["status": status, "body": body, "headers": headers]
        answer["times"] = times
        return ["answer": [word: answer]]
    }

    private static func exception(_ code: Int, _ words: String) -> String {
        "Code: \(code). DB::Exception: \(words) (version 25.3.1)"
    }

    private static let noUser = "Authentication failed: password is incorrect, or there is no user with such name."
    private static let denied = "loader: Not enough privileges. To execute this query, it's necessary to have the grant"
    private static let grantAll = #"GRANT SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".* TO "loader";"#
    private static let newPassword =
        #"run the set-up script again; if you have chosen the password yourself: "#
        + #"ALTER USER "loader" IDENTIFIED BY '…';"#
    private static let busy = "the server is over its limit: test again later"
    private static let starting = "the warehouse may be starting, which can take minutes: test again"

    private static var signIns: [Fault] {
        [
            Fault(
                name: "another password (516)",
                change: ["users": ["loader": "another"]],
                exitCode: 1,
                status: "pending_customer_setup",
                lastError: "Code: 516. DB::Exception: loader: \(noUser) (AUTHENTICATION_FAILED) (version 25.3.1)",
                advice: newPassword
            ),
            Fault(
                name: "another password, a proxy drops the header with the code",
                change: answer(403, exception(516, noUser)),
                exitCode: 1,
                status: "pending_customer_setup",
                lastError: exception(516, noUser),
                advice: newPassword
            ),
            Fault(
                name: "no such user, a server of 2018 (192)",
                change: answer(
                    401,
                    "Code: 192, e.displayText() = DB::Exception: Unknown user loader, e.what() = DB::Exception"
                ),
                exitCode: 1,
                status: "pending_customer_setup",
                lastError: "Code: 192, e.displayText() = DB::Exception: Unknown user loader, e.what() = DB::Exception",
                advice: newPassword
            ),
            Fault(
                name: "no password sent (194)",
                change: answer(401, exception(194, "Password required for user loader."), code: "194"),
                exitCode: 1,
                status: "pending_customer_setup",
                lastError: exception(194, "Password required for user loader."),
                advice: newPassword
            ),
            Fault(
                name: "address not allowed (195)",
                change: answer(500, exception(195, "User loader is not allowed to connect from address 192.0.2.7.")),
                exitCode: 1,
                status: "error",
                lastError: exception(195, "User loader is not allowed to connect from address 192.0.2.7."),
                advice: #"ALTER USER "loader" ADD HOST IP '192.0.2.7';"#
            ),
            Fault(
                name: "the password in the header with the code",
                change: answer(403, exception(516, noUser), code: "pass-w0rd"),
                exitCode: 1,
                status: "pending_customer_setup",
                lastError: exception(516, noUser),
                advice: newPassword
            ),
            Fault(
                name: "the password in the words",
                change: answer(500, exception(36, "not pass-w0rd"), code: "36"),
                exitCode: 1,
                status: "error",
                lastError: exception(36, "not [redacted]")
            ),
        ]
    }

    private static var rights: [Fault] {
        [
            Fault(
                name: "CREATE TABLE is missing (497)",
                change: [
                    "fail": [
                        "CREATE": exception(497, "\(denied) CREATE TABLE ON flagsmith_exp.flagsmith_connection_test.")
                    ]
                ],
                exitCode: 1,
                status: "error",
                lastError: exception(497, "\(denied) CREATE TABLE ON flagsmith_exp.flagsmith_connection_test."),
                advice: #"the user may not do that: GRANT CREATE TABLE ON "flagsmith_exp".* TO "loader";"#
            ),
            Fault(
                name: "TABLE ENGINE is missing (497)",
                change: ["fail": ["CREATE": exception(497, "\(denied) TABLE ENGINE ON Null.")]],
                exitCode: 1,
                status: "error",
                lastError: exception(497, "\(denied) TABLE ENGINE ON Null."),
                advice: #"the user may not do that: GRANT TABLE ENGINE ON Null TO "loader";"#
            ),
            Fault(
                name: "INSERT is missing, of one column (497)",
                change: [
                    "fail": [
                        "INSERT": exception(
                            497,
                            "\(denied) INSERT(at) ON flagsmith_exp.flagsmith_connection_test. (ACCESS_DENIED)"
                        )
                    ]
                ],
                exitCode: 1,
                status: "error",
                lastError: exception(
                    497,
                    "\(denied) INSERT(at) ON flagsmith_exp.flagsmith_connection_test. (ACCESS_DENIED)"
                ),
                advice: #"the user may not do that: GRANT INSERT ON "flagsmith_exp".* TO "loader";"#
            ),
            Fault(
                name: "a right is missing, the words do not say which (497)",
                change: ["fail": ["INSERT": exception(497, "Not enough privileges.")]],
                exitCode: 1,
                status: "error",
                lastError: exception(497, "Not enough privileges."),
                advice: "the user may not do that: \(grantAll)"
            ),
            Fault(
                name: "the user may only read (164)",
                change: ["fail": ["CREATE": exception(164, "Cannot execute query in readonly mode.")]],
                exitCode: 1,
                status: "error",
                lastError: exception(164, "Cannot execute query in readonly mode."),
                advice: "set readonly to 0 in its settings profile"
            ),
            Fault(
                name: "no such database (81)",
                change: ["databases": [String]()],
                exitCode: 1,
                status: "error",
                lastError:
                    "Code: 81. DB::Exception: Database flagsmith_exp does not exist. (UNKNOWN_DATABASE) (version 25.3.1)",
                advice: "the database is missing, or is not on each server of the cluster: run the set-up script again"
            ),
            Fault(
                name: "the table is on another server (60)",
                change: [
                    "fail": ["INSERT": exception(60, "Table flagsmith_exp.flagsmith_connection_test does not exist.")]
                ],
                exitCode: 1,
                status: "error",
                lastError: exception(60, "Table flagsmith_exp.flagsmith_connection_test does not exist."),
                advice: "several servers share the address"
            ),
            Fault(
                name: "quota (201)",
                change: answer(
                    500,
                    exception(201, "Quota for user `loader` for 3600s has been exceeded."),
                    code: "201"
                ),
                exitCode: 1,
                status: "error",
                lastError: exception(201, "Quota for user `loader` for 3600s has been exceeded."),
                advice: "SELECT * FROM system.quotas_usage;"
            ),
        ]
    }

    private static var waits: [Fault] {
        [
            Fault(
                name: "too many queries, until the deadline (202)",
                change: answer(500, exception(202, "Too many simultaneous queries."), code: "202"),
                exitCode: 75,
                status: "pending_customer_setup",
                lastError: nil,
                advice: "read: 202: \(exception(202, "Too many simultaneous queries.")): \(busy)"
            ),
            Fault(
                name: "too many queries, once (202)",
                change: answer(500, exception(202, "Too many simultaneous queries."), times: 1),
                exitCode: 0,
                status: "connected",
                lastError: nil
            ),
            Fault(
                name: "overloaded, and will be for ten minutes (745)",
                change: answer(500, exception(745, "Server overloaded."), code: "745", retryAfter: 600),
                exitCode: 75,
                status: "pending_customer_setup",
                lastError: nil,
                advice: busy
            ),
            Fault(
                name: "wakes longer than the deadline (503)",
                change: answer(503),
                exitCode: 75,
                status: "pending_customer_setup",
                lastError: nil,
                advice: "read: HTTP 503: an answer with nothing: \(starting)"
            ),
            Fault(
                name: "wakes (503, three times)",
                change: answer(503, "waking up", to: "CREATE", times: 3),
                exitCode: 0,
                status: "connected",
                lastError: nil
            ),
            Fault(
                name: "its gateway finds no server (502)",
                change: answer(502, "<html>Bad Gateway</html>"),
                exitCode: 75,
                status: "pending_customer_setup",
                lastError: nil,
                advice: "HTTP 502: an answer that is not ClickHouse's: <html>Bad Gateway</html>: \(starting)"
            ),
            Fault(
                name: "too many requests, one second (429)",
                change: answer(429, retryAfter: 1, times: 1),
                exitCode: 0,
                status: "connected",
                lastError: nil
            ),
        ]
    }

    private static var answers: [Fault] {
        [
            Fault(name: "nothing", change: [:], exitCode: 0, status: "connected", lastError: nil),
            Fault(
                name: "lines end with CR LF",
                change: answer(200, "1\r\n"),
                exitCode: 0,
                status: "connected",
                lastError: nil
            ),
            Fault(
                name: "an exception's lines end with CR LF",
                change: answer(500, exception(36, "x") + "\r\n", code: "36"),
                exitCode: 1,
                status: "error",
                lastError: exception(36, "x")
            ),
            Fault(
                name: "an exception after the answer has begun",
                change: answer(200, "1\n" + exception(159, "Timeout exceeded")),
                exitCode: 1,
                status: "error",
                lastError: "1\n" + exception(159, "Timeout exceeded")
            ),
            Fault(
                name: "rubbish",
                change: ["mode": "rubbish"],
                exitCode: 1,
                status: "error",
                lastError:
                    "HTTP 200: an answer that is not ClickHouse's: <html>\u{FFFD}\u{FFFD} rubbish\u{1B}[31m</html>"
            ),
            Fault(
                name: "the port of the native protocol",
                change: answer(
                    400,
                    "Port 9000 is for clickhouse-client program\r\nYou must use port 8123 for HTTP.\r\n"
                ),
                exitCode: 1,
                status: "error",
                lastError:
                    "HTTP 400: an answer that is not ClickHouse's: Port 9000 is for clickhouse-client program\r\n"
                    + "You must use port 8123 for HTTP."
            ),
        ]
    }

    /// Prints each as a line of a table.
    @Test
    func saysWhatIsWrongAndWhatToDo() async throws {
        try await ClickHouseOffice.with(password: "pass-w0rd") { office, clickHouse, directory in
            print("| fault | type | exit | status | last_error | advice |\n|---|---|---|---|---|---|")
            for fault in Self.answers + Self.signIns + Self.rights + Self.waits {
                // It waits for its set-up again.
                try await office.run("update", "--organisation", "4", "--database", "flagsmith_exp")
                let state = ClickHouseOffice.state.merging(["users": ["loader": "pass-w0rd"]]) { $1 }
                try clickHouse.set(state.merging(fault.change) { $1 })
                let words = ["--ca-file", WarehouseStandIn.authorities(directory), "--allow-private-host"]
                let report = try await FaultReport(fault.name, of: 4, in: office, words + ["--timeout", "2s"])
                #expect(report.exitCode == fault.exitCode, "\(fault.name): \(report.printed)")
                #expect(report.status == fault.status, "\(fault.name)")
                #expect(report.lastError == fault.lastError, "\(fault.name)")
                #expect(
                    fault.advice.isEmpty || report.printed.contains(fault.advice),
                    "\(fault.name): \(report.printed)"
                )
                #expect(!report.printed.contains("pass-w0rd"), "\(fault.name)")
            }
        }
    }
}
