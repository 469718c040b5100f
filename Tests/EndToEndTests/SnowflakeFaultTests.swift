import Foundation
import TestSupport
import Testing

/// What can be wrong with an account of Snowflake: what the API shows, what the operator is told, and how the tool ends.
/// Each test prints its rows as a table.
@Suite(.timeLimit(.minutes(5)))
struct SnowflakeFaultTests {
    /// What comes of a test of a connection that waits for the customer.
    private enum Expected {
        case connected
        /// With how `last_error` begins; the connection goes on waiting.
        case signInFails(String)
        /// With how `last_error` begins.
        case error(String)
        /// Nothing is stored.
        case notReady
        /// Nothing is stored.
        case serviceFails

        var exitCode: Int32 {
            switch self {
            case .connected: 0
            case .signInFails, .error: 1
            case .serviceFails: 69
            case .notReady: 75
            }
        }

        var status: String {
            switch self {
            case .connected: "connected"
            case .error: "error"
            case .signInFails, .notReady, .serviceFails: "pending_customer_setup"
            }
        }

        var lastError: String? {
            switch self {
            case .signInFails(let text), .error(let text): text
            case .connected, .notReady, .serviceFails: nil
            }
        }
    }

    private struct Fault: Sendable {
        let name: String
        /// What the stand-in does.
        var mode = "normal"
        /// What else it knows of the account.
        var account: [String: any Sendable] = [:]
        let expected: Expected
        /// Parts of what the tool prints.
        var printed: [String] = []
        /// Parts of what it does not print.
        var unprinted: [String] = []
        /// Of what never answers; an answer that comes may take as long as the machine needs.
        var timeout = 60
    }

    /// Tests a connection for each fault, several at once where most of the time is waiting.
    private func expect(_ faults: [Fault], atOnce: Int = 1) async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4, account: "fault4")
            try await story.office.copy(4, to: 5...(3 + faults.count)) { "fault\($0)" }
            let users = ["FLAGSMITH_SERVICE": try await story.runScript(4)]
            let accounts = faults.enumerated().map { index, fault in
                let account: [String: Any] = ["users": users, "mode": fault.mode]
                return ("FAULT\(4 + index)", account.merging(fault.account as [String: Any]) { $1 })
            }
            try story.snowflake.set(["accounts": Dictionary(uniqueKeysWithValues: accounts)])
            for first in stride(from: 0, to: faults.count, by: atOnce) {
                try await withThrowingTaskGroup { group in
                    for index in first..<min(first + atOnce, faults.count) {
                        let fault = faults[index]
                        group.addTask { try await expect(fault, of: 4 + index, story) }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    private func expect(_ fault: Fault, of organisation: Int, _ story: SnowflakeOffice) async throws {
        let start = ContinuousClock.now
        let words = story.network + ["--timeout", "\(fault.timeout)s"]
        let report = try await FaultReport(fault.name, of: organisation, in: story.office, words)
        #expect(report.exitCode == fault.expected.exitCode, "\(fault.name): \(report.printed)")
        #expect(report.status == fault.expected.status, "\(fault.name): \(report.printed)")
        let lastError = report.lastError ?? ""
        #expect(lastError.hasPrefix(fault.expected.lastError ?? ""), "\(fault.name): \(lastError)")
        #expect((report.lastError == nil) == (fault.expected.lastError == nil), "\(fault.name): \(lastError)")
        #expect(lastError.utf8.count <= 8192)
        let isStored = ![69, 75].contains(report.exitCode)
        #expect((report.lastTestedAt != nil) == isStored, "\(fault.name)")
        for text in fault.printed {
            #expect(report.printed.contains(text), "\(fault.name): \(report.printed)")
        }
        for text in fault.unprinted {
            #expect(!report.printed.contains(text), "\(fault.name): \(report.printed)")
        }
        // A second wait would take as long again.
        #expect(ContinuousClock.now - start < .seconds(2 * fault.timeout), "\(fault.name)")
    }

    private static let user = #""FLAGSMITH_SERVICE";"#
    private static let details = "SELECT SYSTEM$GET_LOGIN_FAILURE_DETAILS('"
    private static let policies = [
        "SHOW PARAMETERS LIKE 'network_policy' IN USER \(user)", "SHOW AUTHENTICATION POLICIES ON USER \(user)",
    ]

    @Test func saysWhyASignInFails() async throws {
        let invalid = "JWT token is invalid. ["
        let uuid = "0ce9eb56-821d-4ca9-a774-04ae89a0cf5a"
        try await expect([
            Fault(
                name: "no such user",
                account: ["users": [String: String]()],
                expected: .signInFails(invalid),
                printed: ["warehouse: 390144: JWT", Self.details, "DESCRIBE USER \(Self.user)", "LOGIN_NAME"],
                unprinted: ["timedatectl"]
            ),
            Fault(
                name: "another key",
                account: ["users": ["FLAGSMITH_SERVICE": ["RSA_PUBLIC_KEY": "QUJD"]]],
                expected: .signInFails(invalid),
                printed: [Self.details, "run the set-up script again", "give each connection a user of its own"]
            ),
            Fault(
                name: "our clock is an hour behind",
                account: ["clock": 3600],
                expected: .serviceFails,
                printed: ["390144: the clock of this machine is 3", "s behind Snowflake's: see timedatectl"]
            ),
            Fault(
                name: "our clock is an hour ahead",
                account: ["clock": -3600],
                expected: .serviceFails,
                printed: ["390144: the clock of this machine is 3", "s ahead of Snowflake's: see timedatectl"]
            ),
            Fault(
                name: "our clock is 20 s behind, and the key is another",
                account: ["clock": 20, "users": ["FLAGSMITH_SERVICE": ["RSA_PUBLIC_KEY": "QUJD"]]],
                expected: .signInFails(invalid),
                unprinted: ["clock"]
            ),
            Fault(
                name: "390144 with a number",
                mode: "reject:390144:JWT token is invalid. [\(uuid.uppercased())]",
                expected: .signInFails(invalid),
                printed: ["\(Self.details)\(uuid)');"]
            ),
            Fault(
                name: "390144 with what is no number",
                mode: "reject:390144:JWT token is invalid. ['); DROP USER x; -- 821d-4ca9-a774-04ae]",
                expected: .signInFails(invalid),
                unprinted: [Self.details]
            ),
            Fault(
                name: "394300",
                mode: "reject:394300:JWT token is invalid.",
                expected: .signInFails("JWT"),
                printed: ["LOGIN_NAME: DESCRIBE USER \(Self.user)"]
            ),
            Fault(
                name: "394304",
                mode: "reject:394304:JWT token is invalid.",
                expected: .signInFails("JWT"),
                printed: ["another public key", "give each connection a user of its own"]
            ),
            Fault(
                name: "394307",
                mode: "reject:394307:JWT token is invalid.",
                expected: .signInFails("JWT"),
                printed: ["SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME();"]
            ),
            Fault(
                name: "394302, and our clock is right",
                mode: "reject:394302:JWT token is invalid.",
                expected: .serviceFails,
                printed: ["warehouse: 394302: JWT token is invalid.: is the clock of this machine right?"]
            ),
            Fault(
                name: "394305",
                mode: "reject:394305:JWT token is invalid.",
                expected: .serviceFails,
                printed: ["this service has made a wrong token"]
            ),
            Fault(
                name: "390100",
                mode: "reject:390100:Incorrect username or password was specified.",
                expected: .signInFails("Incorrect"),
                printed: ["DESCRIBE USER \(Self.user)"]
            ),
            Fault(
                name: "disabled user, another code",
                mode: "reject:390999:User access disabled. Contact your local system administrator.",
                expected: .error("User access"),
                printed: ["DESCRIBE USER \(Self.user)"]
            ),
            Fault(
                name: "network policy",
                mode: "reject:390422:Incoming request with IP 203.0.113.9 is not allowed to access Snowflake.",
                expected: .error("Incoming request with IP 203.0.113.9"),
                printed: Self.policies
            ),
            Fault(
                name: "authentication policy",
                mode: "reject:390202:Authentication attempt rejected by the current authentication policy.",
                expected: .error("Authentication attempt"),
                printed: Self.policies
            ),
            Fault(
                name: "network policy, another code",
                mode: "reject:390999:Network policy is required.",
                expected: .error("Network policy"),
                printed: Self.policies
            ),
            Fault(
                name: "role not granted",
                mode: "reject:390189:Role 'FLAGSMITH_LOADER' specified in the connect string does not exist.",
                expected: .error("Role"),
                printed: [#"GRANT ROLE "FLAGSMITH_LOADER" TO USER \#(Self.user)"#]
            ),
        ])
    }

    @Test func saysWhatTheRoleLacks() async throws {
        let schema = #"GRANT USAGE, CREATE TABLE ON SCHEMA "FLAGSMITH"."ANALYTICS" TO ROLE "FLAGSMITH_LOADER";"#
        let stage = #"GRANT READ, WRITE ON STAGE "FLAGSMITH"."ANALYTICS"."FLAGSMITH_STAGE" TO ROLE "FLAGSMITH_LOADER";"#
        let format = #"GRANT USAGE ON FILE FORMAT "FLAGSMITH"."ANALYTICS"."FLAGSMITH_JSON" TO ROLE "FLAGSMITH_LOADER";"#
        let warehouse = #"GRANT USAGE ON WAREHOUSE "COMPUTE_WH" TO ROLE "FLAGSMITH_LOADER";"#
        let resume = #"ALTER WAREHOUSE "COMPUTE_WH" SET AUTO_RESUME = TRUE;"#
        func failed(_ name: String, _ failure: String, _ printed: String...) -> Fault {
            let words = String(failure.split(separator: ":", maxSplits: 2)[2])
            return Fault(name: name, mode: "fail:\(failure)", expected: .error(words), printed: printed)
        }
        func passed(_ name: String, _ grants: any Sendable, _ printed: [String], _ unprinted: [String]) -> Fault {
            Fault(
                name: name,
                account: ["grants": grants],
                expected: .connected,
                printed: [": connected\n"] + printed,
                unprinted: unprinted
            )
        }
        let ownership = [
            ["OWNERSHIP", "SCHEMA", #""FLAGSMITH"."ANALYTICS""#],
            ["OWNERSHIP", "FILE_FORMAT", #"FLAGSMITH."ANALYTICS".FLAGSMITH_JSON"#],
            ["ALL", "INTERNAL_STAGE", "FLAGSMITH.ANALYTICS.FLAGSMITH_STAGE"],
        ]
        try await expect([
            failed("no warehouse", "warehouse:000606:No active warehouse selected in the session.", warehouse, resume),
            failed("suspended", "warehouse:009999:Warehouse 'COMPUTE_WH' is suspended.", warehouse, resume),
            failed(
                "no credits left",
                "warehouse:090073:Warehouse 'X' cannot be resumed because resource monitor 'Y' has exceeded its quota.",
                "SHOW RESOURCE MONITORS;"
            ),
            failed(
                "trial over",
                "warehouse:000666:Your free trial has ended and all of your virtual warehouses have been suspended.",
                "add billing information"
            ),
            failed(
                "no database, at the first step",
                "warehouse:390201:The requested database does not exist or not authorized.",
                #"the database is missing, or the role may not use it"#,
                #"GRANT USAGE ON DATABASE "FLAGSMITH" TO ROLE "FLAGSMITH_LOADER";"#
            ),
            failed("no schema", "schema:002003:SQL compilation error:\nSchema 'X' does not exist.", schema),
            failed("no object", "schema:002043:SQL compilation error:\nObject does not exist.", schema),
            failed("stage not granted", "stage:003001:Insufficient privileges to operate on stage 'X'.", stage),
            failed("not granted, other code", "stage:003999:Insufficient privileges to operate on schema 'X'.", schema),
            Fault(
                name: "unknown",
                mode: "fail:stage:009999:Something else.",
                expected: .error("Something else."),
                printed: ["error: stage: 009999: Something else.\n"],
                unprinted: ["    "]
            ),
            passed("nothing to write with is granted", [[String]](), [schema, format, stage], []),
            passed(
                "CREATE TABLE is not granted",
                Array(ownership.dropFirst()) + [["USAGE", "SCHEMA", "FLAGSMITH.ANALYTICS"]],
                ["lacks CREATE TABLE on the schema: loading fails unless", schema],
                [stage, format]
            ),
            passed(
                "WRITE is granted on another stage",
                Array(ownership.dropLast()) + [["WRITE", "STAGE", "FLAGSMITH.ANALYTICS.OTHER"]],
                [stage],
                [schema, format]
            ),
            passed("the role owns what it writes to", ownership, [], ["    "]),
            passed("the role may not ask", "no", [], ["    "]),
        ])
    }

    @Test func waitsForAWarehouseThatIsNotReady() async throws {
        func notReady(_ mode: String, timeout: Int = 8, _ printed: String) -> Fault {
            Fault(name: mode, mode: mode, expected: .notReady, printed: ["not tested: ", printed], timeout: timeout)
        }
        try await expect(
            [
                Fault(name: "sync", mode: "sync", expected: .connected),
                Fault(name: "async", mode: "async", expected: .connected),
                Fault(name: "busy", mode: "busy", expected: .connected),
                notReady("cancel-hangs", "warehouse: not ready: the statement still ran after "),
                notReady("polls-hang", "not ready: the statement still ran after "),
                notReady("overtime", timeout: 60, "000630: Statement reached its statement or warehouse timeout"),
                notReady("busy-forever", "429: Too many requests."),
                notReady("come-back-later", timeout: 60, "429: Too many requests."),
                notReady("starts-forever", "HTTP 503: an answer that is not Snowflake's: <html>Service Unavailable"),
            ],
            atOnce: 5
        )
    }

    @Test func survivesRubbish() async throws {
        func error(_ mode: String, timeout: Int = 60, _ error: String, _ printed: String) -> Fault {
            Fault(name: mode, mode: mode, expected: .error(error), printed: [printed], timeout: timeout)
        }
        try await expect(
            [
                error("hang", timeout: 3, "localhost:", "no whole answer within 3 s"),
                error("drip", timeout: 3, "localhost:", "no whole answer within 3 s"),
                error("close", "localhost:", "closed the connection before its answer was whole"),
                error("rubbish", "HTTP 200: an answer that is not Snowflake's: <html>", #"<html>�� rubbish\u{1B}[31m"#),
                error("huge", "HTTP 200: an answer that is not Snowflake's: xxxx", "xxxx"),
            ],
            atOnce: 5
        )
    }

    /// It would cost the customer's credits; and the longest that Snowflake lets it run is as long as the test. What
    /// worked is not tried twice, and goes on being `connected`.
    @Test func cancelsWhatStillRuns() async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4)
            try story.set(try await story.runScript(4), mode: "async-forever")
            try await story.office.workplace.sql("UPDATE connection SET status = 'connected'")
            let words = story.network + ["--timeout", "5s"]
            let report = try await FaultReport("async-forever, connected", of: 4, in: story.office, words)
            #expect(report.exitCode == 75, "\(report.printed)")
            #expect(report.status == "connected" && report.lastError == nil)
            let requests = try story.requests()
            #expect(requests.first?["timeout"] == "4")
            #expect(requests.first?["path"]?.contains("async=true") == true)
            #expect(requests.dropFirst().dropLast().allSatisfy { $0["action"] == "poll" && $0["status"] == "202" })
            #expect(requests.last?["action"] == "cancel" && requests.last?["status"] == "200", "\(requests)")
            #expect(requests.last?["path"] == requests[1]["path"].map { "\($0)/cancel" })
        }
    }

    /// What was asked about it, and not what it has come to.
    @Test(arguments: ["200", "404", "500"])
    func cancelsWhatMayStillRun(status: String) async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4)
            try story.set(try await story.runScript(4), mode: "poll-fails:\(status)")
            let report = try await FaultReport("a poll answers \(status)", of: 4, in: story.office, story.network)
            #expect(report.exitCode == 1, "\(report.printed)")
            #expect(report.lastError == "HTTP \(status): an answer that is not Snowflake's: <html>")
            #expect(try story.requests().map { $0["action"] } == ["submit", "poll", "cancel"])
        }
    }

    @Test func refusesATimeThatNoTestShouldTake() async throws {
        let office = try await Office()
        for time in ["61m", "8d"] {
            let refused = try await office.try("test", ["--organisation", "4", "--timeout", time])
            #expect(refused.exitCode == 64)
            #expect(refused.error.contains("--timeout: expected 1s to 1h"), "\(refused.error)")
        }
    }

    @Test func saysInJSONWhatAPassedTestAdvises() async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4)
            try story.set(try await story.runScript(4), others: ["grants": [[String]]()])
            let passed = try await story.test("--organisation", "4", "--json")
            #expect(passed.output.contains(#""status":"connected","advice":"the role itself lacks CREATE TABLE"#))
            try story.set(try await story.runScript(4))
            #expect(try await story.test("--organisation", "4", "--json").output.hasSuffix("\"advice\":null}\n"))
        }
    }
}
