import Testing
import WarehouseConnections

@Suite struct WarehouseTypeTests {
    @Test func listsSnowflakesFieldsInOrder() {
        #expect(WarehouseType.snowflake.name == "snowflake")
        #expect(
            WarehouseType.snowflake.publicFields == [
                "account_identifier", "warehouse", "database", "schema", "role", "user",
            ]
        )
    }

    @Test func findsEveryTypeByItsName() {
        #expect(WarehouseType.named("snowflake") == .snowflake)
        for type in WarehouseType.all { #expect(WarehouseType.named(type.name) == type) }
    }

    @Test(arguments: ["", "Snowflake", "SNOWFLAKE", "snowflake ", "snow", "bigquery"])
    func refusesAnUnknownName(name: String) {
        #expect(WarehouseType.named(name) == nil)
    }

    @Test func leavesSensitiveFieldsOutOfThePublicOnes() {
        #expect(WarehouseType.postbox.fields.map(\.name) == ["token", "host", "password", "user"])
        #expect(WarehouseType.postbox.publicFields == ["host", "user"])
    }

    @Test func treatsAFieldAsPublicUnlessItSaysOtherwise() {
        #expect(!WarehouseType.Field("host").isSensitive)
        #expect(WarehouseType.Field("host", isSensitive: true).isSensitive)
    }
}
