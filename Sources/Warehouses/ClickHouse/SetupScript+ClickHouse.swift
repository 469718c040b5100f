import WarehouseConnections

extension SetupScript {
    /// A database and a user of Flagsmith's own, as far as the configuration names some. Nothing is left to do where it is
    /// ClickHouse's own database and user, both called `default`.
    ///
    /// A user is not made without a password, which servers may refuse and nobody should want. Without a verifier, a new
    /// one gets a digest for which nobody knows a password: it is locked until the customer sets the password, and a user
    /// that is there keeps its own. The user `default` may do everything already, and neither its rights nor its password
    /// can be changed where it comes from a file.
    ///
    /// - Parameter password: of the password that was made; nil if somebody has typed one.
    ///
    /// Source: https://clickhouse.com/docs/sql-reference/statements/create/user,
    /// https://clickhouse.com/docs/sql-reference/statements/alter/user,
    /// https://clickhouse.com/docs/sql-reference/statements/grant (rights, `ON CLUSTER`),
    /// https://clickhouse.com/docs/sql-reference/syntax (quotation marks).
    static func clickHouse(_ configuration: WarehouseConfiguration, _ password: PasswordVerifier?) -> [String]? {
        let makesDatabase = configuration["database"] != "default"
        let makesUser = configuration["username"] != "default"
        guard let database = configuration["database"].map({ ClickHouse.quoted("\($0)") }),
            let user = configuration["username"].map({ ClickHouse.quoted("\($0)") }), makesDatabase || makesUser
        else { return nil }
        var lines = introduction(makesDatabase: makesDatabase, makesUser: makesUser, password)
        if makesDatabase { lines.append("CREATE DATABASE IF NOT EXISTS \(database);") }
        if makesUser {
            let identification = "IDENTIFIED WITH sha256_hash BY"
            if let password {
                let verifier = "\(identification) '\(password.digest)' SALT '\(password.salt)'"
                lines.append("CREATE USER IF NOT EXISTS \(user) \(verifier);")
                lines.append("ALTER USER \(user) \(verifier);")
            } else {
                lines.append("CREATE USER IF NOT EXISTS \(user) \(identification) '\(lockedDigest)';")
            }
            lines.append("GRANT \(ClickHouse.privileges) ON \(database).* TO \(user);")
        }
        return lines
    }

    private static let lockedDigest = String(repeating: "0", count: 64)

    /// What the script does, who can run it, and what to look out for.
    private static func introduction(
        makesDatabase: Bool,
        makesUser: Bool,
        _ password: PasswordVerifier?
    ) -> [String] {
        let subjects = [makesDatabase ? "the database" : nil, makesUser ? "the user" : nil].compactMap(\.self)
        var rights = makesDatabase ? ["CREATE DATABASE"] : []
        if makesUser {
            rights += ["CREATE USER"]
            if password != nil { rights += ["ALTER USER"] }
            rights += ["\(ClickHouse.privileges) on the database WITH GRANT OPTION"]
        }
        var lines = [
            "Makes \(subjects.joined(separator: " and ")) that Flagsmith loads with. You can run it again.",
            "Whoever runs it needs \(rights.joined(separator: ", ")).",
        ]
        if makesUser {
            lines += [
                "On ClickHouse Cloud the user default and each administrator in the SQL console have these rights; on a",
                "server of your own, a user with access_management.",
                "Each connection needs a user of its own.",
            ]
            if password != nil {
                lines += [
                    "Flagsmith has made the password, which no person knows. The script has its hash and salt (ClickHouse 22.6",
                    "or later), from which nobody can find it. A user that exists gets this password instead of its own.",
                ]
            } else {
                lines += [
                    "Flagsmith was given a password, which is not in this script. A user that exists keeps the password that it",
                    "has; a new one is locked until you give it that password: ALTER USER ... IDENTIFIED BY '...';",
                ]
            }
        }
        lines += [
            "On a cluster whose servers do not share \(makesUser ? "users and databases" : "databases"), each statement "
                + "needs ON CLUSTER '...',",
            "behind the name" + (makesUser ? ", in GRANT behind the word GRANT." : "."),
        ]
        return lines.map { "-- \($0)" }
    }
}
