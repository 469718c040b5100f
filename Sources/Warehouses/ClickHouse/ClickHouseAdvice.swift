import WarehouseConnections

extension ClickHouse {
    /// Whose fault an error is.
    static func cause(of code: String) -> TestFailure.Cause {
        switch code {
        // UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, and AUTHENTICATION_FAILED for each of them.
        case "192", "193", "194", "516": .signIn
        // TOO_MANY_SIMULTANEOUS_QUERIES, NO_FREE_CONNECTION, MEMORY_LIMIT_EXCEEDED, CANNOT_SCHEDULE_TASK,
        // USER_SESSION_LIMIT_EXCEEDED, SERVER_OVERLOADED. What a test asks for takes next to no memory.
        case "202", "203", "241", "439", "700", "745": .notReady
        default: .warehouse
        }
    }

    /// What the owner of the warehouse can do about an error that people meet.
    ///
    /// Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp (the numbers),
    /// https://clickhouse.com/docs/sql-reference/statements/grant,
    /// https://clickhouse.com/docs/sql-reference/statements/alter/user.
    static func advice(on code: String, _ words: String, _ names: Names) -> String? {
        switch code {
        case "60":
            """
            the table of the step before is not on this server: several servers share the address, and each has tables of \
            its own: make the database with ENGINE = Replicated, or give the address of one server
            """
        case "81": "the database is missing, or is not on each server of the cluster: run the set-up script again"
        case "164": "the user may only read: set readonly to 0 in its settings profile"
        case "192", "193", "194", "516":
            names.isDefaultUser
                ? "the password of the user default is another one: it comes from a file of the server, such as users.xml"
                : """
                the user is missing or has another password: run the set-up script again; if you have chosen the password \
                yourself: ALTER USER \(names.user) IDENTIFIED BY '…';
                """
        case "195":
            names.isDefaultUser
                ? "the server does not let this service's address in: see the networks of the user default in users.xml"
                : "the server does not let this service's address in: \(admission(words, names))"
        case "201":
            "the user's quota is used up: it begins anew with its next interval; see SELECT * FROM system.quotas_usage;"
        case "202", "203", "241", "439", "700", "745": "the server is over its limit: test again later"
        case "291": "the user may not use the database: see allow_databases in the server's file users.xml"
        case "497": "the user may not do that: \(grant(words, names))"
        default: nil
        }
    }

    /// What the operator can do about it, besides.
    static func hint(on code: String) -> String? {
        guard cause(of: code) == .signIn else { return nil }
        return
            "to change user or password: warehousectl update. If this service made the password, rotate-key makes a new one"
    }

    /// The statement that lets in the address which an error's words name.
    private static func admission(_ words: String, _ names: Names) -> String {
        let address = words.firstMatch(of: /from address ([0-9A-Fa-f:.]*[0-9A-Fa-f])/).flatMap {
            IPAddress(String($0.1))
        }
        return "ALTER USER \(names.user) ADD HOST IP '\(address?.text ?? "…")';"
    }

    /// The statement that grants what an error's words name, as far as a test needs it; for loading, which needs it for
    /// each table of the database. None of a server's words is in it: a person runs it.
    private static func grant(_ words: String, _ names: Names) -> String {
        guard !words.contains("grant TABLE ENGINE ON Null") else {
            return "GRANT TABLE ENGINE ON Null TO \(names.user);"
        }
        let privilege = ["SELECT", "INSERT", "CREATE TABLE"].first { words.contains("grant \($0)") } ?? privileges
        return "GRANT \(privilege) ON \(names.database).* TO \(names.user);"
    }
}
