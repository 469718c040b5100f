import WarehouseConnections

extension SetupScript {
    /// One statement a line, but for the check of the keys.
    ///
    /// SYSADMIN owns what holds data, so the loader can change or drop none of it. What the loader gets is what `PUT`,
    /// `LIST`, `COPY INTO` and `REMOVE` need: READ and WRITE on an internal stage, USAGE on the format and on what it all
    /// lies in. Tables are made by the loader, which then owns them: no grants on tables, present or future.
    /// USAGE resumes a warehouse that has AUTO_RESUME, so OPERATE is not needed.
    ///
    /// USERADMIN makes and owns role and user. SECURITYADMIN, which inherits USERADMIN's rights and may grant whatever any
    /// role owns (MANAGE GRANTS), does the rest, so that it does not matter who owns the warehouse or the role. To change
    /// a user takes its ownership, though, and CREATE ... IF NOT EXISTS takes some right to what is there (error 003041):
    /// nothing but the comments helps where another role has these.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges,
    /// https://docs.snowflake.com/en/sql-reference/sql/copy-into-table.
    static func snowflake(_ configuration: WarehouseConfiguration, _ key: KeyInstallation?) -> [String] {
        let names = Snowflake.Names(configuration)
        let format = "\(names.schema).\(Snowflake.identifier(Snowflake.fileFormat))"
        return [
            "-- Lets Flagsmith load analytics into this Snowflake account. It makes what is not there yet: a warehouse, a",
            "-- database, a schema, a role that may load into the schema and nothing else, and a service user with that role.",
            "-- The user signs in with a key pair and has no password, so this goes on working when Snowflake refuses the",
            "-- passwords of services (October 2026).",
            "-- Who can run it: somebody with the roles SYSADMIN, USERADMIN and SECURITYADMIN. ACCOUNTADMIN has all three.",
            "-- It can be run again: what is there stays.",
            "-- Each connection needs a user of its own: if two share a user, each script overwrites the key of the other.",
            "-- If a network policy says which addresses may reach this account, it has to allow those of Flagsmith. Whoever",
            "-- operates Flagsmith knows them.",
            "USE ROLE SYSADMIN;",
            "-- What is there is used as it is. If it belongs to another role, Snowflake may answer: already exists, but current",
            "-- role has no privileges on it. Then leave its line out. COMPUTE_WH of a new account belongs to ACCOUNTADMIN.",
            """
            CREATE WAREHOUSE IF NOT EXISTS \(names.warehouse) WITH WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 \
            AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
            """,
            "CREATE DATABASE IF NOT EXISTS \(names.database);",
            "-- If the database belongs to another role, add a line here: USE ROLE and the name of that role, or ACCOUNTADMIN.",
            "CREATE SCHEMA IF NOT EXISTS \(names.schema);",
            "CREATE FILE FORMAT IF NOT EXISTS \(format) TYPE = JSON;",
            "CREATE STAGE IF NOT EXISTS \(names.stage);",
            "USE ROLE USERADMIN;",
            "-- If Snowflake says that the role or the user already exists, leave its line out.",
            "CREATE ROLE IF NOT EXISTS \(names.role);",
            """
            CREATE USER IF NOT EXISTS \(names.user) TYPE = SERVICE DEFAULT_ROLE = \(names.role) \
            DEFAULT_WAREHOUSE = \(names.warehouse) DEFAULT_NAMESPACE = \(names.schema);
            """,
            "-- If the user belongs to a role that SECURITYADMIN does not have, name that role, or ACCOUNTADMIN, in the next line.",
            "USE ROLE SECURITYADMIN;",
        ] + (key.map { Snowflake.keyCheck($0, names) } ?? []) + [
            "-- A user that was there becomes a service user: nobody can sign in as it with a password any more. Should",
            "-- Snowflake refuse that because of the password, take it away first (UNSET PASSWORD).",
            "ALTER USER \(names.user) SET TYPE = SERVICE;",
        ] + (key.map { keyStatements($0, of: names.user) } ?? []) + [
            "GRANT ROLE \(names.role) TO USER \(names.user);",
            "GRANT ROLE \(names.role) TO ROLE SYSADMIN;",
            "GRANT USAGE ON WAREHOUSE \(names.warehouse) TO ROLE \(names.role);",
            "GRANT USAGE ON DATABASE \(names.database) TO ROLE \(names.role);",
            "GRANT USAGE, CREATE TABLE ON SCHEMA \(names.schema) TO ROLE \(names.role);",
            "GRANT USAGE ON FILE FORMAT \(format) TO ROLE \(names.role);",
            "GRANT READ, WRITE ON STAGE \(names.stage) TO ROLE \(names.role);",
        ]
    }

    /// The user has two properties for keys. The first key of a connection is in the one without a number; after that the
    /// other one is emptied, unless the key in it is still needed.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth, "Configuring key-pair rotation".
    private static func keyStatements(_ key: KeyInstallation, of user: String) -> [String] {
        let hasPredecessor = key.generation > 1 && !key.keepsPredecessor
        return [
            "-- DESCRIBE USER shows the fingerprint of this key as \(key.property)_FP:",
            "-- \(key.publicKey.fingerprint)",
            "ALTER USER \(user) \(key.setting);",
        ] + (hasPredecessor ? ["ALTER USER \(user) \(KeyInstallation.removal(key.generation - 1))"] : [])
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

    fileprivate var setting: String { "SET \(property) = \(Snowflake.literal(publicKey.base64))" }

    fileprivate var property: String { Self.property(generation) }

    private static func property(_ generation: Int) -> String {
        generation.isMultiple(of: 2) ? "RSA_PUBLIC_KEY_2" : "RSA_PUBLIC_KEY"
    }
}
