import WarehouseConnections

extension TeardownScript {
    /// All of it is done by ACCOUNTADMIN, which has the rights of each role that made something. It becomes the owner of
    /// the tables that Flagsmith loaded, since those go to the role that drops their owner.
    ///
    /// Source: https://docs.snowflake.com/en/sql-reference/sql/drop-role,
    /// https://docs.snowflake.com/en/sql-reference/sql/drop-network-policy (not while a user has it).
    static func snowflake(_ configuration: WarehouseConfiguration) -> [String] {
        let names = Snowflake.Names(configuration)
        return [
            "-- Takes away the user and the role of Flagsmith. Do not run it if another connection uses one of them.",
            "-- Who can run it: somebody with the role ACCOUNTADMIN, who then owns the tables that Flagsmith has loaded.",
            "USE ROLE ACCOUNTADMIN;",
            "DROP USER IF EXISTS \(names.user);",
            "DROP ROLE IF EXISTS \(names.role);",
            "-- If you have run the network policy of Flagsmith for this user:",
            "-- DROP NETWORK POLICY IF EXISTS \(names.networkPolicy);",
            "-- DROP NETWORK RULE IF EXISTS \(names.networkRule);",
            "-- The schema holds what Flagsmith has loaded. To delete that for good:",
            "-- DROP SCHEMA IF EXISTS \(names.schema);",
            "-- If nothing else is in the database:",
            "-- DROP DATABASE IF EXISTS \(names.database);",
            "-- If nothing else runs on the warehouse:",
            "-- DROP WAREHOUSE IF EXISTS \(names.warehouse);",
        ]
    }
}
