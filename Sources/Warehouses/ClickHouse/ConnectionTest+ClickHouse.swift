import WarehouseConnections

/// ClickHouse over its HTTP interface.
enum ClickHouse {
    /// Where a test writes one row. It keeps nothing: its engine throws every row away, and no right to drop is needed.
    static let testTable = "flagsmith_connection_test"

    /// What Flagsmith's user needs in its database.
    static let privileges = "SELECT, INSERT, CREATE TABLE"

    /// What a test tries, in this order.
    enum Step: String, CaseIterable {
        case read
        case create
        case insert

        /// The server may have another format as its default.
        func statement(_ table: String) -> String {
            switch self {
            case .read: "SELECT 1 FORMAT TabSeparated"
            case .create: "CREATE TABLE IF NOT EXISTS \(table) (at DateTime) ENGINE = Null"
            case .insert: "INSERT INTO \(table) (at) VALUES (now())"
            }
        }

        /// A setting of the server ends lines with CR LF. A statement of a replicated database answers with the state of
        /// each host.
        func expects(_ answer: String) -> Bool { self != .read || answer == "1\n" || answer == "1\r\n" }
    }

    /// The names that a connection has, as an answer to a failure needs them.
    struct Names {
        let database: String
        let user: String

        /// Whether it is ClickHouse's own user, which no statement changes where it comes from a file.
        var isDefaultUser: Bool { user == quoted("default") }
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
        let server = WarehouseServer(
            host: value("host").lowercased(),
            port: port,
            isSecure: configuration["secure"] == .boolean(true),
            mayBePrivate: settings.allowsPrivateHosts
        )
        let interface = HTTPInterface(
            client: WarehouseClient(server, settings, until: deadline),
            headers: [
                ("X-ClickHouse-User", value("username")),
                ("X-ClickHouse-Key", password),
                ("X-ClickHouse-Database", value("database")),
                ("Content-Type", "text/plain; charset=UTF-8"),
            ]
        )
        let names = Names(database: quoted(value("database")), user: quoted(value("username")))
        for step in Step.allCases {
            do throws(TestFailure) {
                try interface.run(step.statement("\(names.database).\(quoted(testTable))"), step.expects)
            } catch {
                var failure = error
                failure.step = step.rawValue
                if let code = error.code {
                    failure.advice = advice(on: code, error.text, names)
                    failure.hint = hint(on: code)
                }
                throw failure
            }
        }
    }

    static func quoted(_ name: String) -> String { name.quoted(with: "\"", doubling: "\\") }
}
