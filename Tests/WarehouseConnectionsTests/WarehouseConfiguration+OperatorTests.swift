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
            given: [
                "account_identifier": " https://Xy1.us-east-1.snowflakecomputing.com/console/login#/ ",
                "database": "\"flagsmith\"", "schema": "my schema", "role": " Loader_$1\n",
            ]
        )
        #expect(
            snowflake.values == [
                "xy1.us-east-1", "COMPUTE_WH", "flagsmith", "my schema", "LOADER_$1", "FLAGSMITH_SERVICE",
            ]
        )
        let clickHouse = try WarehouseConfiguration(
            creating: .clickHouse,
            given: [
                "host": "[::1]", "port": " 08123 ", "secure": "false\n", "username": " Flagsmith", "database": "db",
            ]
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
            (.clickHouse, ["host": "a b"], "host", "is no host name or IP address"),
            (
                .snowflake, ["account_identifier": "a", "role": "\"ACCOUNTADMIN\""], "role",
                "is a name that the warehouse keeps for itself"
            ),
            (
                .snowflake, ["account_identifier": "a", "role": "accountadmin "], "role",
                "is a name that the warehouse keeps for itself"
            ),
            (
                .snowflake, ["account_identifier": "a", "role": "R&D"], "role",
                "holds &, which Snowflake's tools replace in a script"
            ),
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

    @Test(
        arguments: [
            (["host": "https://h:8443/"], ["h", 8443, true]), (["host": "h:8443"], ["h", 8443, true]),
            (["host": "https://h"], ["h", 8443, true]),
            (["host": "https://h:9440/", "port": "9440"], ["h", 9440, true]),
            (["host": "http://[::1]:8123", "port": "8123", "secure": "false"], ["::1", 8123, false]),
        ] as [([String: String], [FieldValue])]
    )
    func cutsAURLToItsHostWhereTheOtherFieldsAgree(given: [String: String], expected: [FieldValue]) throws {
        let configuration = try WarehouseConfiguration(creating: .clickHouse, given: given)
        #expect([configuration["host"], configuration["port"], configuration["secure"]] == expected)
        #expect(try configuration.updated(given: ["host": given["host"] ?? ""]).values == configuration.values)
    }

    @Test(arguments: [
        (["host": "https://h:9440/"], "port"), (["host": "h:443"], "port"), (["host": "http://h"], "secure"),
        (["host": "https://h:8443", "port": "8123"], "port"), (["host": "https://h", "secure": "false"], "secure"),
        (["host": "h:99999999"], "port"),
    ])
    func saysWhichFieldAURLContradicts(given: [String: String], field: String) {
        let problem = InvalidValue(
            "host",
            "has another \(field) in it than the field \(field) or its default: give both alike"
        )
        #expect(throws: problem) { try WarehouseConfiguration(creating: .clickHouse, given: given) }
    }

    @Test func comparesAURLWithWhatIsStored() throws {
        let given = ["host": "h", "port": "9440"]
        let configuration = try WarehouseConfiguration(creating: .clickHouse, given: given)
        #expect(try configuration.updated(given: ["host": "https://i:9440"])["host"] == "i")
        #expect(throws: InvalidValue.self) { try configuration.updated(given: ["host": "https://i:8443"]) }
        #expect(try configuration.updated(given: ["host": "i:8443", "port": "8443"])["port"] == 8443)
    }

    @Test func refusesToUpdateAFixedField() throws {
        let configuration = try WarehouseConfiguration(creating: .snowflake, given: ["account_identifier": "a"])
        #expect(try configuration.updated(given: ["account_identifier": "a"]).values == configuration.values)
        #expect(throws: InvalidValue("account_identifier", "cannot be changed: that would be a new connection")) {
            try configuration.updated(given: ["account_identifier": "b"])
        }
    }

    @Test func takesAFixedFieldAgainInEachOfItsForms() throws {
        let configuration = try WarehouseConfiguration(creating: .snowflake, given: ["account_identifier": "org-a"])
        for text in ["ORG.A", "https://org-a.snowflakecomputing.com", " Org-A "] {
            #expect(try configuration.updated(given: ["account_identifier": text]).values == configuration.values)
        }
        // As it was imported, which no operator's form is.
        let imported = try WarehouseConfiguration(type: .snowflake) { $0.isFixed ? "XY12345" : "A" }
        let updated = try imported.updated(given: ["account_identifier": "XY12345", "role": "b"])
        #expect(updated["account_identifier"] == "XY12345")
        #expect(updated["role"] == "B")
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
        let problem = "begins or ends with a space or a character that cannot be seen: give it without"
        #expect(throws: InvalidValue("password", problem)) { try password.value(of: "hunter2 ") }
    }
}
