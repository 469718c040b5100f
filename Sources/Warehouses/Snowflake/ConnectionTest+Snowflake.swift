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
        let fileFormat: String

        init(_ configuration: WarehouseConfiguration) {
            func name(_ field: String) -> String { identifier("\(configuration[field] ?? "")") }
            role = name("role")
            user = name("user")
            warehouse = name("warehouse")
            database = name("database")
            schema = "\(database).\(name("schema"))"
            stage = "\(schema).\(identifier(Snowflake.stage))"
            fileFormat = "\(schema).\(identifier(Snowflake.fileFormat))"
        }
    }

    /// What a test tries, in this order: each step needs all that the earlier steps need, and one right more.
    enum Step: String, CaseIterable {
        case warehouse
        case database
        case schema
        case stage

        /// The cheapest statement that needs it and for which what the set-up script grants is enough: DESCRIBE would need
        /// MONITOR. SELECT 1 would need no warehouse, a generated row does. RANDOM() keeps the result out of the cache.
        ///
        /// Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges,
        /// https://docs.snowflake.com/en/user-guide/querying-persisted-results.
        func statement(_ names: Names) -> String {
            switch self {
            case .warehouse: "SELECT RANDOM() FROM TABLE(GENERATOR(ROWCOUNT => 1))"
            case .database: "SHOW TERSE SCHEMAS IN DATABASE \(names.database) LIMIT 1"
            case .schema: "SHOW TERSE TABLES IN SCHEMA \(names.schema) LIMIT 1"
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
    /// - Returns: what may still keep the loader from writing; nil if nothing is known.
    /// - Throws: ``TestFailure`` of the first step that fails.
    static func test(
        _ configuration: WarehouseConfiguration,
        with key: SigningKey,
        _ settings: NetworkSettings,
        _ deadline: ContinuousClock.Instant
    ) throws(TestFailure) -> String? {
        func value(_ field: String) -> String { "\(configuration[field] ?? "")" }
        let account = SnowflakeAccount(value("account_identifier"))
        let names = Names(configuration)
        let server = WarehouseServer(
            host: settings.snowflake?.host ?? account.host,
            port: settings.snowflake?.port ?? 443,
            // Snowflake's own domain, of which a private link has private addresses.
            mayBePrivate: true,
            isOfProvider: true
        )
        let session = StatementsAPI.Submission(
            role: value("role"),
            warehouse: value("warehouse"),
            database: value("database"),
            schema: value("schema")
        )
        func api(until deadline: ContinuousClock.Instant) -> StatementsAPI {
            let token = KeyPairToken(account: account, user: value("user"), key: key)
            return StatementsAPI(server, settings, until: deadline, token: token, session: session)
        }
        let statements = api(until: deadline)
        for step in Step.allCases {
            do throws(TestFailure) {
                try statements.run(step.statement(names))
            } catch {
                throw diagnosed(error, at: step, names)
            }
        }
        // A role without the right to this question can still load, and nobody should wait for long.
        let advising = api(until: min(deadline, .now + .seconds(5)))
        guard let answer = try? advising.run("SHOW GRANTS TO ROLE \(names.role)") else { return nil }
        return Grants(answer).flatMap { advice(on: $0, names) }
    }

    private static func diagnosed(_ failure: TestFailure, at step: Step, _ names: Names) -> TestFailure {
        var failure = failure
        failure.step = step.rawValue
        guard failure.cause == .warehouse else { return failure }
        if let code = failure.code {
            guard let fault = Fault(code: code, failure.text, at: step) else { return failure }
            failure.advice = fault.advice(names)
            failure.hint = fault.hint
            failure.cause = fault.cause
        } else if failure.advice == nil, step == .warehouse {
            failure.advice = "is account_identifier the one in the account's URL?"
        }
        return failure
    }
}
