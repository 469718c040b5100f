extension WarehouseType {
    /// ClickHouse over its HTTP interface.
    ///
    /// Source: https://clickhouse.com/docs/interfaces/http
    public static let clickHouse = WarehouseType(
        name: "clickhouse",
        hasKeyPair: false,
        fields: [
            Field(
                "host",
                .text(.host),
                help: "The server's host name or IP address, or its URL.",
                isDestination: true,
                identifiesUser: true
            ),
            Field(
                "port",
                .integer(1...65_535),
                default: 8443,
                help: "The port of its HTTP interface.",
                isDestination: true
            ),
            Field("database", .text(.name), default: "flagsmith_exp", help: "The database to load into."),
            Field(
                "username",
                .text(.name),
                default: "default",
                help: "The user that Flagsmith signs in as: one of its own for each connection.",
                identifiesUser: true
            ),
            Field(
                "secure",
                .boolean,
                default: true,
                help: "Whether to connect with TLS: true or false.",
                isDestination: true
            ),
            Field("password", .text(.secret), help: "The user's password.", isSensitive: true),
        ]
    )
}
