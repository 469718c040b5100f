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
            configuration: WarehouseConfiguration(type: .snowflake) { $0 == "database" ? database : "A \($0)" },
            publicKey: nil,
            setupScript: setupScript,
            createdAt: required(Timestamp("2026-04-17T10:00:00Z")),
            lastTestedAt: lastTestedAt.map { text in try required(Timestamp(text)) },
            lastError: lastError
        )
    }
}

extension OrganisationID: ExpressibleByIntegerLiteral {
    /// For tests only: a literal that is no organisation becomes organisation 1.
    public init(integerLiteral value: Int64) {
        self = OrganisationID(value) ?? 1
    }
}
