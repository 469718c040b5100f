import WarehouseConnections

extension TeardownScript {
    /// ClickHouse's own database and user, both called `default`, are left alone, as the set-up script leaves them.
    static func clickHouse(_ configuration: WarehouseConfiguration) -> [String] {
        func identifier(_ name: String) -> String { name.quoted(with: "\"", doubling: "\\") }
        func named(_ field: String) -> String { identifier("\(configuration[field] ?? "")") }
        let database = named("database")
        var lines = [
            "-- Takes away the user of Flagsmith, if it has one of its own, and the table that tests write to. Do not run it if",
            "-- another connection uses them.",
            "DROP TABLE IF EXISTS \(database).\(identifier(ClickHouse.testTable));",
        ]
        if configuration["username"] != "default" { lines.append("DROP USER IF EXISTS \(named("username"));") }
        if configuration["database"] != "default" {
            lines += [
                "-- The database holds what Flagsmith has loaded. To delete that for good:",
                "-- DROP DATABASE IF EXISTS \(database);",
            ]
        }
        return lines
    }
}
