import WarehouseConnections

extension Snowflake {
    /// The names of a connection, quoted for SQL.
    struct Names {
        let role: String
        let user: String
        let warehouse: String
        let database: String
        let schema: String
        let stage: String

        init(_ configuration: WarehouseConfiguration) {
            func name(_ field: String) -> String { identifier("\(configuration[field] ?? "")") }
            role = name("role")
            user = name("user")
            warehouse = name("warehouse")
            database = name("database")
            schema = "\(database).\(name("schema"))"
            stage = "\(schema).\(identifier(Snowflake.stage))"
        }
    }

    /// What a test tries, in this order: each needs what the ones before it need, and one thing more.
    enum Step: String, CaseIterable {
        case warehouse
        case database
        case schema
        case stage

        /// The cheapest statement that needs it. A constant would need no warehouse, a generated row does.
        func statement(_ names: Names) -> String {
            switch self {
            case .warehouse: "SELECT count(*) FROM TABLE(GENERATOR(ROWCOUNT => 1))"
            case .database: "DESCRIBE DATABASE \(names.database)"
            case .schema: "DESCRIBE SCHEMA \(names.schema)"
            case .stage: "LIST @\(names.stage) PATTERN = 'flagsmith-connection-test'"
            }
        }

        /// What lets the role use it.
        func grant(_ names: Names) -> String {
            switch self {
            case .warehouse: "GRANT USAGE ON WAREHOUSE \(names.warehouse) TO ROLE \(names.role);"
            case .database: "GRANT USAGE ON DATABASE \(names.database) TO ROLE \(names.role);"
            case .schema: "GRANT USAGE, CREATE TABLE ON SCHEMA \(names.schema) TO ROLE \(names.role);"
            case .stage: "GRANT READ, WRITE ON STAGE \(names.stage) TO ROLE \(names.role);"
            }
        }
    }

    /// Signs in and takes one step after the other.
    ///
    /// - Throws: ``TestFailure`` of the first that fails.
    static func test(
        _ configuration: WarehouseConfiguration,
        with key: SigningKey,
        _ settings: NetworkSettings
    ) async throws {
        func value(_ field: String) -> String { "\(configuration[field] ?? "")" }
        let account = SnowflakeAccount(value("account_identifier"))
        let token = try await KeyPairToken(account: account, user: value("user"), key: key)
        let names = Names(configuration)
        try await WarehouseClient.with(settings) { client in
            let api = StatementsAPI(
                client: client,
                url: settings.snowflakeURL ?? "https://\(account.host)",
                token: token,
                context: StatementsAPI.Context(
                    role: value("role"),
                    warehouse: value("warehouse"),
                    database: value("database"),
                    schema: value("schema")
                )
            )
            for step in Step.allCases {
                do {
                    try await api.run(step.statement(names))
                } catch let failure as TestFailure {
                    throw TestFailure(
                        failure.text,
                        code: failure.code,
                        step: step.rawValue,
                        advice: failure.code.flatMap { advice(on: $0, at: step, names) },
                        isOfSignIn: failure.code.map(codesOfSignIn.contains) ?? false
                    )
                }
            }
        }
    }
}
