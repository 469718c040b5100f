extension WarehouseType {
    /// Snowflake, with the field names of its own documentation.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/admin-account-identifier,
    /// https://docs.snowflake.com/en/user-guide/security-access-control-overview (the roles of the system).
    public static let snowflake = WarehouseType(
        name: "snowflake",
        hasKeyPair: true,
        fields: [
            Field(
                "account_identifier",
                .text(.account),
                help: "The account: <organisation>-<account>, a locator such as xy12345.us-east-1, or its URL.",
                isFixed: true,
                identifiesUser: true
            ),
            Field(
                "warehouse",
                .text(.identifier()),
                default: "COMPUTE_WH",
                help: "The virtual warehouse that loading runs on."
            ),
            Field(
                "database",
                .text(.identifier(except: ["SNOWFLAKE"])),
                default: "FLAGSMITH",
                help: "The database to load into."
            ),
            Field(
                "schema",
                .text(.identifier(except: ["INFORMATION_SCHEMA"])),
                default: "ANALYTICS",
                help: "The schema to load into."
            ),
            Field(
                "role",
                .text(
                    .identifier(except: [
                        "ACCOUNTADMIN", "GLOBALORGADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN",
                        "USERADMIN",
                    ])
                ),
                default: "FLAGSMITH_LOADER",
                help: "The role that may load and nothing else; none of Snowflake's own."
            ),
            Field(
                "user",
                .text(.identifier()),
                default: "FLAGSMITH_SERVICE",
                help: "The service user that Flagsmith signs in as: one of its own for each connection.",
                identifiesUser: true
            ),
        ]
    )
}
