import Testing

@testable import WarehouseConnections

@Suite struct WarehouseTypeTests {
    @Test func listsSnowflakesFieldsInOrder() {
        #expect(WarehouseType.snowflake.name == "snowflake")
        #expect(WarehouseType.snowflake.hasKeyPair)
        #expect(
            WarehouseType.snowflake.publicFields.map(\.name) == [
                "account_identifier", "warehouse", "database", "schema", "role", "user",
            ]
        )
        #expect(WarehouseType.snowflake.sensitiveFields.isEmpty)
    }

    @Test func listsClickHousesFieldsInOrder() {
        #expect(WarehouseType.clickHouse.name == "clickhouse")
        #expect(!WarehouseType.clickHouse.hasKeyPair)
        #expect(
            WarehouseType.clickHouse.publicFields.map(\.name) == ["host", "port", "database", "username", "secure"]
        )
        #expect(WarehouseType.clickHouse.sensitiveFields.map(\.name) == ["password"])
    }

    @Test func findsEveryTypeByItsName() {
        #expect(WarehouseType.named("snowflake") == .snowflake)
        #expect(WarehouseType.named("clickhouse") == .clickHouse)
        for type in WarehouseType.all { #expect(WarehouseType.named(type.name) == type) }
    }

    @Test(arguments: ["", "Snowflake", "SNOWFLAKE", "snowflake ", "snow", "clickHouse", "ClickHouse", "bigquery"])
    func refusesAnUnknownName(name: String) {
        #expect(WarehouseType.named(name) == nil)
    }

    @Test func leavesSensitiveFieldsOutOfThePublicOnes() {
        let names = ["token", "host", "password", "user", "slots", "open"]
        #expect(WarehouseType.postbox.fields.map(\.name) == names)
        #expect(WarehouseType.postbox.publicFields.map(\.name) == ["host", "user", "slots", "open"])
        #expect(WarehouseType.postbox.sensitiveFields.map(\.name) == ["token", "password"])
    }

    /// The names go into SQL and JSON as they are, the help into a terminal.
    @Test(arguments: WarehouseType.all)
    func hasFieldsInForm(type: WarehouseType) {
        #expect(Set(type.fields.map(\.name)).count == type.fields.count)
        for field in type.fields {
            #expect(field.name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
            #expect(field.help.hasSuffix(".") && !field.help.contains("\n") && field.help.count < 100)
            #expect(!field.isSensitive || field.defaultValue == nil)
        }
    }

    @Test(arguments: WarehouseType.all)
    func hasDefaultsThatKeepTheRules(type: WarehouseType) throws {
        for field in type.fields {
            guard let value = field.defaultValue else { continue }
            #expect(try field.value(of: "\(value)") == value, "\(field.name)")
        }
    }
}
