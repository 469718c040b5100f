import Foundation
import TestSupport
import Testing
import WarehouseConnections

@testable import Warehouses

/// The set-up script, the statements of a test and the advice, in ClickHouse itself.
@Suite struct EmbeddedClickHouseTests {
    private static let quoted = ClickHouse.Names(database: "\"flagsmith_exp\"", user: "\"flagsmith\"")

    private func statements(_ configuration: WarehouseConfiguration, _ password: PasswordVerifier?) throws -> [String] {
        let script = try #require(SetupScript(for: configuration, installing: nil, password: password))
        return script.text.split(separator: "\n").filter { !$0.hasPrefix("--") }.map(String.init)
    }

    /// The number of the error that an answer is.
    private func code(_ answer: String) -> String? {
        answer.prefixMatch(of: /Code: (\d+)\./).map { String($0.1) }
    }

    /// The statements are let through, up to where a server would store the user: 495 for one that is there, from a file.
    @Test(arguments: [nil, 0, 1, 2, 3])
    func needsTheRightsThatTheScriptNames(missing: Int?) async throws {
        var rights = [
            "GRANT CREATE DATABASE ON flagsmith_exp.*", "GRANT CREATE USER ON *.*", "GRANT ALTER USER ON *.*",
            "GRANT SELECT, INSERT, CREATE TABLE ON flagsmith_exp.* WITH GRANT OPTION",
        ]
        let configuration = try WarehouseConfiguration.clickHouse(["username": "flagsmith"])
        let verifier = MadePassword().verifier
        let script = SetupScript(for: configuration, installing: nil, password: verifier)
        let named = """
            -- Whoever runs it needs CREATE DATABASE, CREATE USER, ALTER USER, SELECT, INSERT, CREATE TABLE on the database \
            WITH GRANT OPTION.
            """
        #expect(script?.text.contains(named) == true)
        var expected = [nil, "495", "495", "495"]
        if let missing {
            rights.remove(at: missing)
            expected[missing] = "497"
        }
        let statements = try statements(configuration, verifier)
        let answers = try await EmbeddedClickHouse.run(statements, with: rights)
        #expect(answers.map(code) == expected, "\(answers)")
    }

    @Test func writesStatementsThatClickHouseReads() async throws {
        let statements = try statements(.clickHouse(["username": "flagsmith"]), nil)
        let codes = try await EmbeddedClickHouse.run(statements).map(code)
        #expect(codes == [nil, "495", "495"])
    }

    /// As the script's head says: behind the name, in GRANT behind the word GRANT. Without a cluster ClickHouse gets no
    /// further than to look for it (701), or to prohibit it (392).
    @Test func writesStatementsWithRoomForACluster() async throws {
        let cluster = "ON CLUSTER 'c'"
        let configuration = try WarehouseConfiguration.clickHouse(["username": "flagsmith"])
        let statements = try statements(configuration, MadePassword().verifier).map { statement in
            if statement.hasPrefix("GRANT") { return statement.replacing("GRANT", with: "GRANT \(cluster)") }
            let name = statement.hasPrefix("CREATE DATABASE") ? Self.quoted.database : Self.quoted.user
            return statement.replacing(name, with: "\(name) \(cluster)")
        }
        let codes = try await EmbeddedClickHouse.run(statements).map(code)
        #expect(codes == ["701", "392", "392", "392"])
    }

    private static let names =
        SetupScriptTests.hostileNames.filter { $0.utf8.count < 60 } + ["\\", "a\\", "a\\\"b", "\\\""]

    /// Databases and tables of any name that a connection may have and a file system takes.
    @Test func makesDatabasesOfTheirNames() async throws {
        var statements: [String] = []
        for name in Self.names {
            statements += try self.statements(.clickHouse(["database": name]), nil)
            let database = ClickHouse.quoted(name)
            statements += ClickHouse.Step.allCases.map { $0.statement("\(database).\"\(ClickHouse.testTable)\"") }
        }
        statements.append(
            "SELECT database FROM system.tables WHERE name = '\(ClickHouse.testTable)' FORMAT JSONCompactEachRow"
        )
        let answers = try await EmbeddedClickHouse.run(statements)
        for (statement, answer) in zip(statements, answers) { #expect(code(answer) == nil, "\(statement): \(answer)") }
        let found = try answers.last?.split(separator: "\n").map { line in
            try JSONDecoder().decode([String].self, from: Data(line.utf8))[0]
        }
        #expect(Set(found ?? []) == Set(Self.names))
    }

    /// No place to store the user (514), no such user (192, 511).
    @Test func makesUsersOfTheirNames() async throws {
        let verifier = MadePassword().verifier
        let statements = try Self.names.flatMap { name in
            try self.statements(.clickHouse(["database": "default", "username": name]), verifier)
        }
        let answers = try await EmbeddedClickHouse.run(statements)
        let codes = ["514", "192", "511"]
        for (index, answer) in answers.enumerated() {
            #expect(code(answer) == codes[index % 3], "\(statements[index]): \(answer)")
            // In back quotes, what is special in them after a backslash.
            let quoted = try #require(answer.firstMatch(of: #/(?:user|role) `((?:[^`\\]|\\.)*)` /#), "\(answer)").1
            let name = quoted.replacing(/\\(.)/) { String($0.output.1) }
            #expect(name == Self.names[index / 3], "\(answer)")
        }
    }

    /// What ClickHouse compares a password with that somebody signs in with.
    @Test func makesTheHashThatClickHouseMakes() async throws {
        let made = MadePassword()
        let text = made.withText { String(decoding: $0, as: UTF8.self) }
        let salt = made.verifier.salt
        let hash = "SELECT lower(hex(SHA256(concat('\(text)', '\(salt)'))))"
        #expect(try await EmbeddedClickHouse.run([hash]) == [made.verifier.digest + "\n"])
    }

    /// Each time the right that is missing is granted as advised, until the test passes. None is for a single table, or it
    /// would pass and loading fail.
    @Test func advisesTheGrantThatIsMissing() async throws {
        let directory = try TemporaryDirectory()
        _ = try await EmbeddedClickHouse.run(["CREATE DATABASE flagsmith_exp"], in: directory)
        let steps = ClickHouse.Step.allCases
        let statements = steps.map { $0.statement("\"flagsmith_exp\".\"\(ClickHouse.testTable)\"") }
        var rights: [String] = []
        for _ in steps {
            let answers = try await EmbeddedClickHouse.run(statements, with: rights, in: directory)
            guard let refusal = answers.first(where: { $0.hasPrefix("Code: 497.") }) else { break }
            let advice = try #require(ClickHouse.advice(on: "497", refusal, Self.quoted))
            rights.append(String(try #require(advice.firstMatch(of: /GRANT .+(?= TO "flagsmith";)/)).output))
        }
        #expect(
            rights == [#"GRANT CREATE TABLE ON "flagsmith_exp".*"#, #"GRANT INSERT ON "flagsmith_exp".*"#]
        )
        let answers = try await EmbeddedClickHouse.run(statements, with: rights, in: directory)
        #expect(zip(steps, answers).allSatisfy { step, answer in step.expects(answer) && !answer.contains("Code:") })
    }

    @Test(arguments: [
        ("have the grant TABLE ENGINE ON Null. (ACCESS_DENIED)", "TABLE ENGINE ON Null"),
        ("have grant SELECT(dummy) ON system.one", #"SELECT ON "flagsmith_exp".*"#),
        ("have the grant INSERT(at) ON flagsmith_exp.flagsmith_connection_test.", #"INSERT ON "flagsmith_exp".*"#),
        ("have the grant CREATE TABLE ON `my db`.flagsmith_connection_test.", #"CREATE TABLE ON "flagsmith_exp".*"#),
        // What a server would like a person to grant: a row of something else, or more than a test needs.
        ("have the grant SELECT ON payroll.salaries", #"SELECT ON "flagsmith_exp".*"#),
        ("have the grant INSERT ON `payroll`.`x\u{D4E}` TO evil -- `", #"INSERT ON "flagsmith_exp".*"#),
        ("have the grant TABLE ENGINE ON URL", #"SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".*"#),
        ("have the grant ALL ON *.*", #"SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".*"#),
        ("have the grant ROLE ADMIN ON *.*", #"SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".*"#),
        ("have the grant SELECT ON [redacted].t", #"SELECT ON "flagsmith_exp".*"#),
        (#"have the grant SELECT ON `a\`.`; DROP TABLE x; --`"#, #"SELECT ON "flagsmith_exp".*"#),
        ("have the grant SELECT ON `a\nb`.c", #"SELECT ON "flagsmith_exp".*"#),
        ("Not enough privileges.", #"SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".*"#),
    ])
    func advisesTheGrantThatTheWordsName(words: String, granted: String) throws {
        let text =
            "Code: 497. DB::Exception: u: Not enough privileges. To execute this query, it's necessary to \(words)"
        let advice = try #require(ClickHouse.advice(on: "497", text, Self.quoted))
        #expect(advice.hasSuffix("GRANT \(granted) TO \"flagsmith\";"), "\(advice)")
    }

    @Test(arguments: [
        ("from address 127.0.0.1, e.what()", "'127.0.0.1'"),
        ("from address ::ffff:198.51.100.7.", "'::ffff:198.51.100.7'"),
        ("from address 1.2.3.4'; DROP", "'1.2.3.4'"), ("from nowhere", "'…'"), ("from address 1.2.3.4.5", "'…'"),
    ])
    func advisesToAdmitTheAddressThatTheWordsName(words: String, admitted: String) throws {
        let advice = try #require(
            ClickHouse.advice(on: "195", "User u is not allowed to connect \(words)", Self.quoted)
        )
        #expect(advice.hasSuffix("ALTER USER \"flagsmith\" ADD HOST IP \(admitted);"), "\(advice)")
    }

    private static let knownCodes = [
        "60": "UNKNOWN_TABLE", "81": "UNKNOWN_DATABASE", "164": "READONLY", "192": "UNKNOWN_USER",
        "193": "WRONG_PASSWORD", "194": "REQUIRED_PASSWORD", "195": "IP_ADDRESS_NOT_ALLOWED", "201": "QUOTA_EXCEEDED",
        "202": "TOO_MANY_SIMULTANEOUS_QUERIES", "203": "NO_FREE_CONNECTION", "241": "MEMORY_LIMIT_EXCEEDED",
        "291": "DATABASE_ACCESS_DENIED", "439": "CANNOT_SCHEDULE_TASK", "497": "ACCESS_DENIED",
        "516": "AUTHENTICATION_FAILED", "700": "USER_SESSION_LIMIT_EXCEEDED", "745": "SERVER_OVERLOADED",
    ]

    @Test func knowsErrorsByClickHousesNumbers() async throws {
        let known = Self.knownCodes.sorted { $0.key < $1.key }
        let answers = try await EmbeddedClickHouse.run(known.map { "SELECT errorCodeToName(\($0.key))" })
        #expect(answers == known.map { $0.value + "\n" })
        for code in (0...1100).map(String.init) {
            #expect((ClickHouse.advice(on: code, "", Self.quoted) != nil) == (Self.knownCodes[code] != nil), "\(code)")
            #expect(ClickHouse.cause(of: code) == .warehouse || Self.knownCodes[code] != nil, "\(code)")
        }
    }

    @Test func advisesStatementsThatClickHouseReads() async throws {
        let words = ["", "from address 1.2.3.4", "grant TABLE ENGINE ON Null", "grant SELECT(dummy) ON system.one"]
        let statements = Self.knownCodes.keys.flatMap { code in
            words.compactMap { ClickHouse.advice(on: code, $0, Self.quoted) }
                .flatMap { $0.matches(of: /(GRANT|ALTER|SELECT) [^;]*;/).map { String($0.output.0) } }
        }
        try #require(statements.count > 10)
        // The statement of one user without an address is no statement yet.
        let whole = statements.filter { !$0.contains("HOST IP '…'") }
        for (statement, answer) in zip(whole, try await EmbeddedClickHouse.run(whole)) {
            #expect([nil, "495"].contains(code(answer)), "\(statement): \(answer)")
        }
    }
}
