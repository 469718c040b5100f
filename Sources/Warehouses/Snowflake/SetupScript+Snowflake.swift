import WarehouseConnections

extension SetupScript {
    /// One statement a line, to be run at once by somebody who has the roles of an administrator.
    ///
    /// SYSADMIN owns what is made, so the loader can change or drop none of it. What it gets is what
    /// `PUT`, `LIST`, `COPY INTO` and `REMOVE` need: READ and WRITE on an internal stage, USAGE on the format and on what
    /// it all lies in. Tables are made by the loader, which then owns them: no grants on tables, present or future.
    /// USAGE resumes a warehouse that has AUTO_RESUME, so OPERATE is not needed.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges,
    /// https://docs.snowflake.com/en/sql-reference/sql/copy-into-table.
    static func snowflake(_ configuration: WarehouseConfiguration, _ key: KeyInstallation?) -> [String]? {
        func identifier(_ field: String) -> String? { configuration[field].map { Snowflake.identifier("\($0)") } }
        guard let warehouse = identifier("warehouse"), let database = identifier("database"),
            let schemaName = identifier("schema"), let role = identifier("role"), let user = identifier("user")
        else { return nil }
        let schema = "\(database).\(schemaName)"
        let format = "\(schema).\(Snowflake.identifier(Snowflake.fileFormat))"
        let stage = "\(schema).\(Snowflake.identifier(Snowflake.stage))"
        return [
            "USE ROLE SYSADMIN;",
            """
            CREATE WAREHOUSE IF NOT EXISTS \(warehouse) WITH WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 \
            AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
            """,
            "CREATE DATABASE IF NOT EXISTS \(database);",
            "CREATE SCHEMA IF NOT EXISTS \(schema);",
            "CREATE FILE FORMAT IF NOT EXISTS \(format) TYPE = JSON;",
            "CREATE STAGE IF NOT EXISTS \(stage);",
            "USE ROLE USERADMIN;",
            "CREATE ROLE IF NOT EXISTS \(role);",
            """
            CREATE USER IF NOT EXISTS \(user) TYPE = SERVICE DEFAULT_ROLE = \(role) DEFAULT_WAREHOUSE = \(warehouse) \
            DEFAULT_NAMESPACE = \(schema);
            """,
        ] + (key.map { keyStatements($0, of: user) } ?? []) + [
            "GRANT ROLE \(role) TO USER \(user);",
            "GRANT ROLE \(role) TO ROLE SYSADMIN;",
            "USE ROLE SECURITYADMIN;",
            "GRANT USAGE ON WAREHOUSE \(warehouse) TO ROLE \(role);",
            "GRANT USAGE ON DATABASE \(database) TO ROLE \(role);",
            "GRANT USAGE, CREATE TABLE ON SCHEMA \(schema) TO ROLE \(role);",
            "GRANT USAGE ON FILE FORMAT \(format) TO ROLE \(role);",
            "GRANT READ, WRITE ON STAGE \(stage) TO ROLE \(role);",
        ]
    }

    /// The user has two properties for keys. The first key of a connection is in the one without a number; after that the
    /// other one is emptied, unless the key in it is still needed.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth, "Configuring key-pair rotation".
    private static func keyStatements(_ key: KeyInstallation, of user: String) -> [String] {
        let hasPredecessor = key.generation > 1 && !key.keepsPredecessor
        return ["ALTER USER \(user) \(key.setting);"]
            + (hasPredecessor ? ["ALTER USER \(user) \(KeyInstallation.removal(key.generation - 1))"] : [])
    }
}

extension KeyInstallation {
    /// Whether a connection's set-up script, made by whatever version of this program, puts the key where this does.
    public func isIn(_ script: String) -> Bool { script.contains(setting) }

    /// Whether the script puts the key where this does, and leaves the one before it where it is.
    public func keepsPredecessor(in script: String) -> Bool {
        generation > 1 && isIn(script) && !script.contains(Self.removal(generation - 1))
    }

    fileprivate static func removal(_ generation: Int) -> String { "UNSET \(property(generation));" }

    fileprivate var setting: String {
        "SET \(Self.property(generation)) = \(Snowflake.literal(publicKey.base64))"
    }

    fileprivate static func property(_ generation: Int) -> String {
        generation.isMultiple(of: 2) ? "RSA_PUBLIC_KEY_2" : "RSA_PUBLIC_KEY"
    }
}
