import WarehouseConnections

extension SetupScript {
    /// A database and a user of Flagsmith's own, as far as the configuration names some. Nothing is left to do where it is
    /// ClickHouse's own database and user, both called `default`.
    ///
    /// A user is not made without a password, which servers may refuse and nobody should want. This one's is the preimage
    /// of a SHA-256 that nobody has, so it is locked until the customer sets the password. A user that is there keeps its
    /// own. The user `default` may do everything already, and its rights can't be changed where it comes from a file.
    ///
    /// Source: https://clickhouse.com/docs/sql-reference/statements/create/user,
    /// https://clickhouse.com/docs/sql-reference/syntax (quotation marks).
    static func clickHouse(_ configuration: WarehouseConfiguration) -> [String]? {
        func identifier(_ field: String) -> String? {
            configuration[field].map { "\($0)".quoted(with: "\"", doubling: "\\") }
        }
        guard let database = identifier("database"), let user = identifier("username") else { return nil }
        var lines: [String] = []
        if configuration["database"] != "default" { lines.append("CREATE DATABASE IF NOT EXISTS \(database);") }
        if configuration["username"] != "default" {
            lines += [
                "-- If the user is new, it is locked until you give it the password that Flagsmith has:",
                "-- ALTER USER ... IDENTIFIED BY '...';",
                "CREATE USER IF NOT EXISTS \(user) IDENTIFIED WITH sha256_hash BY '\(lockedDigest)';",
                "GRANT SELECT, INSERT, CREATE TABLE ON \(database).* TO \(user);",
            ]
        }
        return lines
    }

    private static let lockedDigest = String(repeating: "0", count: 64)
}
