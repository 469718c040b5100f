import Testing
import WarehouseConnections
import Warehouses

@Suite struct TeardownScriptTests {
    @Test func takesSnowflakesUserAndRoleAwayAndLeavesWhatHoldsData() throws {
        let script = try #require(try TeardownScript(for: .snowflake(["schema": "Événements"])))
        #expect(
            script.text == """
                -- Flagsmith Analytics
                -- Takes away the user and the role of Flagsmith. Do not run it if another connection uses one of them.
                -- Who can run it: somebody with the role ACCOUNTADMIN, who then owns the tables that Flagsmith has loaded.
                USE ROLE ACCOUNTADMIN;
                DROP USER IF EXISTS "FLAGSMITH_SERVICE";
                DROP ROLE IF EXISTS "FLAGSMITH_LOADER";
                -- If you have run the network policy of Flagsmith for this user:
                -- DROP NETWORK POLICY IF EXISTS "FLAGSMITH_SERVICE";
                -- DROP NETWORK RULE IF EXISTS "FLAGSMITH"."Événements"."FLAGSMITH_SERVICE";
                -- The schema holds what Flagsmith has loaded. To delete that for good:
                -- DROP SCHEMA IF EXISTS "FLAGSMITH"."Événements";
                -- If nothing else is in the database:
                -- DROP DATABASE IF EXISTS "FLAGSMITH";
                -- If nothing else runs on the warehouse:
                -- DROP WAREHOUSE IF EXISTS "COMPUTE_WH";

                """
        )
    }

    @Test(arguments: [
        ([:], ["DROP TABLE IF EXISTS \"flagsmith_exp\".\"flagsmith_connection_test\";"]),
        (
            ["username": "u\"\\"],
            [
                "DROP TABLE IF EXISTS \"flagsmith_exp\".\"flagsmith_connection_test\";",
                "DROP USER IF EXISTS \"u\"\"\\\\\";",
            ]
        ),
        (["database": "default"], ["DROP TABLE IF EXISTS \"default\".\"flagsmith_connection_test\";"]),
    ])
    func leavesClickHousesOwnUserAndDatabaseAlone(given: [String: String], statements: [String]) throws {
        let text = try #require(try TeardownScript(for: .clickHouse(given))).text
        #expect(text.statementLines.map(String.init) == statements)
        #expect(text.contains("-- DROP DATABASE IF EXISTS \"flagsmith_exp\";") == (given["database"] == nil))
    }

    @Test func hasNoneForAnotherType() throws {
        let type = WarehouseType(name: "postbox", hasKeyPair: true, fields: [])
        #expect(try TeardownScript(for: WarehouseConfiguration(creating: type, given: [:])) == nil)
    }

    /// It would end the comment that the name stands in.
    @Test func refusesALineBreakThatWasImported() throws {
        let configuration = try WarehouseConfiguration.snowflake()
        let imported = try WarehouseConfiguration(type: .snowflake) { field in
            field.name == "database" ? .text("X\";\nDROP DATABASE \"Y") : configuration[field.name]
        }
        #expect(throws: InvalidValue.self) { try TeardownScript(for: imported) }
        #expect(throws: InvalidValue.self) { try NetworkPolicyScript(for: imported, allowing: []) }
    }
}
