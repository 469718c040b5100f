public import WarehouseConnections

extension WarehouseConnection {
    /// A Snowflake connection, `pending_customer_setup` and never tested unless told otherwise.
    public static func sample(
        id: String = "wc_sample1",
        status: ConnectionStatus = .pendingCustomerSetup,
        database: String = "FLAGSMITH",
        setupScript: String? = "USE ROLE SYSADMIN;\n",
        lastTestedAt: String? = nil,
        lastError: String? = nil
    ) throws -> WarehouseConnection {
        func required<Value>(_ value: Value?) throws -> Value {
            guard let value else { throw InvalidValue("sample", "is wrong") }
            return value
        }
        return try WarehouseConnection(
            id: required(ConnectionID(id)),
            status: status,
            configuration: WarehouseConfiguration(type: .snowflake) { field in
                .text(field.name == "database" ? database : "A \(field.name)")
            },
            publicKey: nil,
            setupScript: setupScript,
            createdAt: required(Timestamp("2026-04-17T10:00:00Z")),
            lastTestedAt: lastTestedAt.map { text in try required(Timestamp(text)) },
            lastError: lastError
        )
    }
}

extension WarehouseConnection {
    /// A ClickHouse connection: a type with values of every kind, and without a key pair.
    public static func clickHouseSample(
        id: String = "wc_sample2",
        port: Int64 = 8443,
        secure: Bool = true,
        username: String = "default"
    ) throws -> WarehouseConnection {
        let values: [String: FieldValue] = [
            "host": "ch.example.org", "port": .integer(port), "database": "flagsmith_exp", "username": .text(username),
            "secure": .boolean(secure),
        ]
        let snowflake = try sample(id: id, setupScript: nil)
        return try WarehouseConnection(
            id: snowflake.id,
            status: snowflake.status,
            configuration: WarehouseConfiguration(type: .clickHouse) { values[$0.name] },
            publicKey: nil,
            setupScript: nil,
            createdAt: snowflake.createdAt,
            lastTestedAt: nil,
            lastError: nil
        )
    }
}

extension OrganisationID: ExpressibleByIntegerLiteral {
    /// For tests only: a literal that is no organisation becomes organisation 1.
    public init(integerLiteral value: Int64) {
        self = OrganisationID(value) ?? 1
    }
}
