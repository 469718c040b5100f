import Testing
import WarehouseConnections
import Warehouses

@Suite struct NetworkPolicyScriptTests {
    @Test func allowsTheAddressesToTheUserAlone() throws {
        let addresses = try ["8.8.8.8", "9.9.9.0/24"].map { try #require(EgressAddress($0)) }
        let configuration = try WarehouseConfiguration.snowflake(["user": "it's"])
        let lines = try #require(try NetworkPolicyScript(for: configuration, allowing: addresses)).text.statementLines
        #expect(
            lines.map(String.init) == [
                "USE ROLE ACCOUNTADMIN;",
                """
                CREATE OR ALTER NETWORK RULE "FLAGSMITH"."ANALYTICS"."it's" TYPE = IPV4 \
                VALUE_LIST = ('8.8.8.8', '9.9.9.0/24') MODE = INGRESS;
                """,
                """
                CREATE OR ALTER NETWORK POLICY "it's" \
                ALLOWED_NETWORK_RULE_LIST = ('"FLAGSMITH"."ANALYTICS"."it''s"');
                """,
                "ALTER USER \"it's\" SET NETWORK_POLICY = \"it's\";",
            ]
        )
    }

    @Test func isSnowflakesAlone() throws {
        let address = try #require(EgressAddress("8.8.8.8"))
        #expect(try NetworkPolicyScript(for: .clickHouse(), allowing: [address]) == nil)
    }
}
