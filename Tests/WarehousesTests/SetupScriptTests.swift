import Testing
import WarehouseConnections
import Warehouses

@Suite struct SetupScriptTests {
    @Test func setsSnowflakeUp() throws {
        let key = try PublicKey.mock()
        let script = try #require(
            try SetupScript(for: .snowflake(["schema": "Événements \"1\""]), installing: KeyInstallation(key))
        )
        #expect(
            script.text == """
                -- Flagsmith Analytics
                USE ROLE SYSADMIN;
                CREATE WAREHOUSE IF NOT EXISTS "COMPUTE_WH" WITH WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 \
                AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
                CREATE DATABASE IF NOT EXISTS "FLAGSMITH";
                CREATE SCHEMA IF NOT EXISTS "FLAGSMITH"."Événements ""1""\";
                CREATE FILE FORMAT IF NOT EXISTS "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_JSON" TYPE = JSON;
                CREATE STAGE IF NOT EXISTS "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_STAGE";
                USE ROLE USERADMIN;
                CREATE ROLE IF NOT EXISTS "FLAGSMITH_LOADER";
                CREATE USER IF NOT EXISTS "FLAGSMITH_SERVICE" TYPE = SERVICE DEFAULT_ROLE = "FLAGSMITH_LOADER" \
                DEFAULT_WAREHOUSE = "COMPUTE_WH" DEFAULT_NAMESPACE = "FLAGSMITH"."Événements ""1""\";
                ALTER USER "FLAGSMITH_SERVICE" SET RSA_PUBLIC_KEY = '\(key.base64)';
                GRANT ROLE "FLAGSMITH_LOADER" TO USER "FLAGSMITH_SERVICE";
                GRANT ROLE "FLAGSMITH_LOADER" TO ROLE SYSADMIN;
                USE ROLE SECURITYADMIN;
                GRANT USAGE ON WAREHOUSE "COMPUTE_WH" TO ROLE "FLAGSMITH_LOADER";
                GRANT USAGE ON DATABASE "FLAGSMITH" TO ROLE "FLAGSMITH_LOADER";
                GRANT USAGE, CREATE TABLE ON SCHEMA "FLAGSMITH"."Événements ""1""\" TO ROLE "FLAGSMITH_LOADER";
                GRANT USAGE ON FILE FORMAT "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_JSON" \
                TO ROLE "FLAGSMITH_LOADER";
                GRANT READ, WRITE ON STAGE "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_STAGE" \
                TO ROLE "FLAGSMITH_LOADER";

                """
        )
    }

    @Test func leavesOutAKeyThatIsNotThere() throws {
        let with = try #require(try SetupScript(for: .snowflake(), installing: KeyInstallation(.mock()))).text
        let without = try #require(try SetupScript(for: .snowflake(), installing: nil)).text
        let lines = with.split(separator: "\n").filter { !$0.contains("RSA_PUBLIC_KEY") }
        #expect(without == lines.joined(separator: "\n") + "\n")
    }

    /// Each generation's key takes the place of the one before the last.
    @Test(arguments: [
        (1, false, ["SET RSA_PUBLIC_KEY = 'K'"]),
        (1, true, ["SET RSA_PUBLIC_KEY = 'K'"]),
        (2, true, ["SET RSA_PUBLIC_KEY_2 = 'K'"]),
        (2, false, ["SET RSA_PUBLIC_KEY_2 = 'K'", "UNSET RSA_PUBLIC_KEY"]),
        (3, true, ["SET RSA_PUBLIC_KEY = 'K'"]),
        (3, false, ["SET RSA_PUBLIC_KEY = 'K'", "UNSET RSA_PUBLIC_KEY_2"]),
    ])
    func installsAKeyWhereTheOneBeforeItIsNot(
        generation: Int,
        keepsPredecessor: Bool,
        statements: [String]
    ) throws {
        let key = try PublicKey.mock()
        let installation = KeyInstallation(key, generation: generation, keepsPredecessor: keepsPredecessor)
        let script = try #require(try SetupScript(for: .snowflake(), installing: installation)).text
        let found = script.split(separator: "\n").filter { $0.hasPrefix("ALTER USER ") }
        let wanted = statements.map {
            "ALTER USER \"FLAGSMITH_SERVICE\" \($0.replacing("'K'", with: "'\(key.base64)'"));"
        }
        #expect(found.map(String.init) == wanted)
    }

    @Test func setsClickHouseUp() throws {
        let configuration = try WarehouseConfiguration.clickHouse(["username": "flag\"s\\mith"])
        #expect(
            SetupScript(for: configuration, installing: nil)?.text == #"""
                -- Flagsmith Analytics
                CREATE DATABASE IF NOT EXISTS "flagsmith_exp";
                -- If the user is new, it is locked until you give it the password that Flagsmith has:
                -- ALTER USER ... IDENTIFIED BY '...';
                CREATE USER IF NOT EXISTS "flag""s\\mith" IDENTIFIED WITH sha256_hash BY \#
                '0000000000000000000000000000000000000000000000000000000000000000';
                GRANT SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".* TO "flag""s\\mith";

                """#
        )
    }

    @Test func leavesClickHousesOwnUserAndDatabaseAlone() throws {
        #expect(
            try SetupScript(for: .clickHouse(), installing: nil)?.text == """
                -- Flagsmith Analytics
                CREATE DATABASE IF NOT EXISTS "flagsmith_exp";

                """
        )
        let own = try SetupScript(for: .clickHouse(["database": "default", "username": "u"]), installing: nil)
        #expect(own?.text.contains("CREATE DATABASE") == false)
        #expect(own?.text.contains("GRANT SELECT, INSERT, CREATE TABLE ON \"default\".* TO \"u\";") == true)
        #expect(try SetupScript(for: .clickHouse(["database": "default"]), installing: nil) == nil)
    }

    @Test func hasNoneForAnotherType() throws {
        let type = WarehouseType(name: "postbox", hasKeyPair: true, fields: [])
        #expect(
            try SetupScript(
                for: WarehouseConfiguration(creating: type, given: [:]),
                installing: KeyInstallation(.mock())
            ) == nil
        )
    }

    @Test func canBeRepeated() throws {
        let scripts = try [
            SetupScript(for: .snowflake(), installing: KeyInstallation(.mock())),
            SetupScript(for: .clickHouse(["username": "u"]), installing: nil),
        ]
        for script in scripts {
            let text = try #require(script).text
            #expect(!text.uppercased().contains("REPLACE") && !text.uppercased().contains("DROP"))
            for line in text.split(separator: "\n") where line.hasPrefix("CREATE") {
                #expect(line.contains(" IF NOT EXISTS "), "\(line)")
            }
        }
    }
}
