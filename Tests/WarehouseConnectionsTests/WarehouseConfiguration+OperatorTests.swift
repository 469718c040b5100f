import Testing
import WarehouseConnections

@Suite struct WarehouseConfigurationOperatorTests {
    @Test func appliesSnowflakesDefaults() throws {
        let given = ["account_identifier": "xy12345.us-east-1"]
        #expect(
            try WarehouseConfiguration(creating: .snowflake, given: given).values == [
                "xy12345.us-east-1", "COMPUTE_WH", "FLAGSMITH", "ANALYTICS", "FLAGSMITH_LOADER", "FLAGSMITH_SERVICE",
            ]
        )
    }

    @Test func appliesClickHousesDefaults() throws {
        #expect(
            try WarehouseConfiguration(creating: .clickHouse, given: ["host": "ch.example.org"]).values == [
                "ch.example.org", 8443, "flagsmith_exp", "default", true,
            ]
        )
    }

    @Test func takesWhatIsGivenInTheFormInWhichItIsStored() throws {
        let snowflake = try WarehouseConfiguration(
            creating: .snowflake,
            given: ["account_identifier": "Xy1", "database": "flagsmith", "schema": "my schema", "role": "Loader_$1"]
        )
        #expect(
            snowflake.values == ["Xy1", "COMPUTE_WH", "FLAGSMITH", "my schema", "LOADER_$1", "FLAGSMITH_SERVICE"]
        )
        let clickHouse = try WarehouseConfiguration(
            creating: .clickHouse,
            given: ["host": "[::1]", "port": "08123", "secure": "false", "username": "Flagsmith", "database": "db"]
        )
        #expect(clickHouse.values == ["::1", 8123, "db", "Flagsmith", false])
    }

    @Test(
        arguments: [
            (WarehouseType.snowflake, [:], "account_identifier", "is missing"),
            (.clickHouse, [:], "host", "is missing"),
            (.snowflake, ["account_identifier": ""], "account_identifier", "is empty"),
            (.snowflake, ["account_identifier": "a", "host": "b"], "host", "is no field of snowflake"),
            (.snowflake, ["account_identifier": "a", "Role": "b"], "Role", "is no field of snowflake"),
            (
                .snowflake, ["account_identifier": "a", "role": "AccountAdmin"], "role",
                "is a name that the warehouse keeps for itself"
            ),
            (
                .snowflake, ["account_identifier": "a", "user": "a\nb"], "user",
                "holds a line break or another control character"
            ),
            (.clickHouse, ["host": "a", "port": "0"], "port", "is not from 1 to 65535"),
            (.clickHouse, ["host": "a", "port": "65536"], "port", "is not from 1 to 65535"),
            (.clickHouse, ["host": "a", "port": ""], "port", "is no integer"),
            (.clickHouse, ["host": "a", "port": "+8443"], "port", "is no integer"),
            (.clickHouse, ["host": "a", "port": "-1"], "port", "is no integer"),
            (.clickHouse, ["host": "a", "port": "８４４３"], "port", "is no integer"),
            (.clickHouse, ["host": "a", "port": "8443.0"], "port", "is no integer"),
            (.clickHouse, ["host": "a", "port": "99999999999999999999"], "port", "is no integer"),
            (.clickHouse, ["host": "a", "secure": "yes"], "secure", "is neither true nor false"),
            (.clickHouse, ["host": "a", "secure": "True"], "secure", "is neither true nor false"),
            (.clickHouse, ["host": "a:1"], "host", "is no host name or IP address"),
            (
                .clickHouse, ["host": "a", "password": "hunter2"], "password",
                "is a secret, which no configuration holds"
            ),
        ] as [(WarehouseType, [String: String], String, String)]
    )
    func refuses(type: WarehouseType, given: [String: String], field: String, problem: String) {
        #expect(throws: InvalidValue(field, problem)) { try WarehouseConfiguration(creating: type, given: given) }
    }

    @Test func changesWhatIsGivenAndKeepsTheRestByteForByte() throws {
        let imported = try WarehouseConfiguration(type: .snowflake) { field in
            field.isFixed ? "xy12345" : .text("mixed_\(field.name)e\u{301}")
        }
        let updated = try imported.updated(given: ["role": "loader"])
        #expect(updated["role"] == "LOADER")
        for (old, new) in zip(imported.values, updated.values) where new != "LOADER" {
            #expect("\(old)".utf8.elementsEqual("\(new)".utf8))
        }
        #expect(try updated.updated(given: [:]).values == updated.values)
    }

    @Test func keepsAMixedCaseNameThatWasImported() throws {
        let imported = try WarehouseConfiguration(type: .snowflake) { _ in "Flagsmith" }
        #expect(try imported.updated(given: ["user": "u"])["database"] == "Flagsmith")
    }

    @Test func refusesToUpdateAFixedField() throws {
        let configuration = try WarehouseConfiguration(creating: .snowflake, given: ["account_identifier": "a"])
        #expect(try configuration.updated(given: ["account_identifier": "a"]).values == configuration.values)
        #expect(throws: InvalidValue("account_identifier", "cannot be changed: that would be a new connection")) {
            try configuration.updated(given: ["account_identifier": "b"])
        }
    }

    @Test func refusesToUpdateBesideAnImportedValueThatBreaksTheRules() throws {
        let imported = try WarehouseConfiguration(type: .snowflake) { $0.name == "schema" ? "a\nb" : "x" }
        let problem = InvalidValue("schema", "holds a line break or another control character")
        #expect(throws: problem) { try imported.updated(given: ["role": "r"]) }
        #expect(try imported.updated(given: ["schema": "b"])["schema"] == "B")
    }

    @Test func checksASecretWithoutTellingIt() throws {
        let password = try #require(WarehouseType.clickHouse.sensitiveFields.first)
        #expect(try password.value(of: "hunter 2 é") == "hunter 2 é")
        #expect(throws: InvalidValue("password", "is empty")) { try password.value(of: "") }
        #expect(throws: InvalidValue("password", "holds a line break or another control character")) {
            try password.value(of: "hunter2\n")
        }
    }
}
