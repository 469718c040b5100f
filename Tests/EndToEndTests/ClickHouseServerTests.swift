import Foundation
import TestSupport
import Testing

/// Tests of connections to a real ClickHouse over HTTP: Debian's, of 2018. It knows no `CREATE USER`, so its users are in a
/// file; and it sends no header with the number of an error.
@Suite(.timeLimit(.minutes(2)))
struct ClickHouseServerTests {
    /// Whom a connection signs in as, and what comes of it.
    private struct Row {
        let user: String
        var password = "pass wörd"
        var database = "flagsmith_exp"
        var exitCode: Int32 = 1
        var status = "error"
        var lastError: String?
        var advice = ""
    }

    private static var rows: [Row] {
        func exception(_ code: Int, _ words: String) -> String {
            "Code: \(code), e.displayText() = DB::Exception: \(words), e.what() = DB::Exception"
        }
        let install = "run the set-up script again"
        return [
            Row(user: "loader", exitCode: 0, status: "connected"),
            Row(
                user: "loader",
                password: "another",
                status: "pending_customer_setup",
                lastError: exception(193, "Wrong password for user loader"),
                advice: install
            ),
            Row(
                user: "nobody",
                status: "pending_customer_setup",
                lastError: exception(192, "Unknown user nobody"),
                advice: install
            ),
            Row(
                user: "elsewhere",
                lastError: exception(195, "User elsewhere is not allowed to connect from address 127.0.0.1"),
                advice: #"ALTER USER "elsewhere" ADD HOST IP '127.0.0.1';"#
            ),
            Row(
                user: "reader",
                lastError: exception(164, "Cannot create table in readonly mode"),
                advice: "set readonly to 0 in its settings profile"
            ),
            Row(
                user: "narrow",
                lastError: exception(291, "Access denied to database flagsmith_exp for user narrow"),
                advice: "allow_databases"
            ),
            Row(
                user: "loader",
                database: "missing",
                lastError: exception(81, "Database missing doesn't exist"),
                advice: install
            ),
        ]
    }

    @Test
    func signsInReadsAndWrites() async throws {
        let office = try await Office()
        let port = try LoopbackSocket().port
        let nativePort = try LoopbackSocket().port
        try await office.run(
            "create",
            [
                "--organisation", "4", "--type", "clickhouse", "--host", "127.0.0.1", "--port", "\(port)", "--secure",
                "false", "--username", "made",
            ]
        )
        let made = try #require(try await office.secrets().first?["value"])
        try await withServer(port, nativePort, passwords: ["made": made]) { log in
            let words = ["--allow-private-host", "--timeout", "20s"]
            let script = try #require(try await office.connection(4)["setup_script"] as? String)
            let database = try #require(script.split(separator: "\n").first { $0.hasPrefix("CREATE DATABASE ") })
            _ = try await eventually {
                let words = ["-sSf", "-u", "made:\(made)", "--data-binary", "\(database)", "http://127.0.0.1:\(port)/"]
                let asked = try await Program.run("curl", words, environment: Program.withoutProxy)
                return asked.exitCode == 0 ? true : nil
            }
            let report = try await FaultReport("a password that was made", of: 4, in: office, words)
            #expect(report.exitCode == 0 && report.status == "connected", "\(report.printed)")
            for row in Self.rows {
                let password = try office.passwordFile(row.password)
                try await office.run(
                    "update",
                    [
                        "--organisation", "4", "--username", row.user, "--password-file", password, "--database",
                        row.database,
                    ]
                )
                let report = try await FaultReport(row.user, of: 4, in: office, words)
                #expect(report.exitCode == row.exitCode, "\(row.user): \(report.printed)")
                #expect(report.status == row.status, "\(row.user)")
                #expect(report.lastError == row.lastError, "\(row.user)")
                #expect(row.advice.isEmpty || report.advice.contains(row.advice), "\(row.user): \(report.printed)")
            }
            let password = try office.passwordFile("pass wörd")
            try await office.run(
                "update",
                ["--organisation", "4", "--port", "\(nativePort)", "--password-file", password]
            )
            let native = try await FaultReport("the port of the native protocol", of: 4, in: office, words)
            #expect(native.exitCode == 1)
            #expect(native.lastError?.contains("is for clickhouse-client program") == true, "\(native.printed)")
            let shown = try String(contentsOfFile: log, encoding: .utf8)
            #expect(!shown.contains(made))
        }
    }

    /// - Parameter passwords: of users who may do everything.
    private func withServer(
        _ port: Int,
        _ nativePort: Int,
        passwords: [String: String],
        _ body: (String) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        func user(
            _ name: String,
            _ password: String,
            address: String = "127.0.0.1",
            _ more: String = ""
        ) async throws -> String {
            let hash = try await Program.run("sha256sum", [], input: password).output.prefix(64)
            return """
                <\(name)><password_sha256_hex>\(hash)</password_sha256_hex><networks><ip>\(address)</ip></networks>
                <quota>default</quota>\(more.isEmpty ? "<profile>default</profile>" : more)</\(name)>
                """
        }
        var users = ""
        for (name, password) in passwords { users += try await user(name, password) }
        users += try await user("loader", "pass wörd")
        users += try await user("elsewhere", "pass wörd", address: "192.0.2.1")
        users += try await user("reader", "pass wörd", "<profile>reader</profile>")
        let databases = "<allow_databases><database>default</database></allow_databases>"
        users += try await user("narrow", "pass wörd", "<profile>default</profile>\(databases)")
        let files = [
            "users.xml": """
            <yandex><profiles><default/><reader><readonly>1</readonly></reader></profiles>
            <quotas><default/></quotas><users>\(users)</users></yandex>
            """,
            "config.xml": """
            <yandex><logger><level>warning</level><console>1</console></logger><listen_host>127.0.0.1</listen_host>
            <http_port>\(port)</http_port><tcp_port>\(nativePort)</tcp_port>
            <path>\(directory("data"))/</path><tmp_path>\(directory("tmp"))/</tmp_path>
            <users_config>\(directory("users.xml"))</users_config><default_profile>default</default_profile>
            <default_database>default</default_database><mark_cache_size>1048576</mark_cache_size></yandex>
            """,
        ]
        for (name, content) in files {
            try content.write(toFile: directory(name), atomically: false, encoding: .utf8)
        }
        let log = directory("log")
        _ = try await Program.withRunning(
            "clickhouse-server",
            ["--config-file=\(directory("config.xml"))"],
            log: log
        ) { _ in try await body(log) }
    }
}
