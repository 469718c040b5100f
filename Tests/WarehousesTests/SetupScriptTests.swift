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
                -- Lets Flagsmith load analytics into this Snowflake account. It makes what is not there yet: a warehouse, a
                -- database, a schema, a role that may load into the schema and nothing else, and a service user with that role.
                -- The user signs in with a key pair and has no password, so this goes on working when Snowflake refuses the
                -- passwords of services (October 2026).
                -- Who can run it: somebody with the roles SYSADMIN, USERADMIN and SECURITYADMIN. ACCOUNTADMIN has all three.
                -- It can be run again: what is there stays.
                -- Each connection needs a user of its own: if two share a user, each script overwrites the key of the other.
                -- If a network policy says which addresses may reach this account, it has to allow those of Flagsmith. Whoever
                -- operates Flagsmith knows them.
                USE ROLE SYSADMIN;
                -- What is there is used as it is. If it belongs to another role, Snowflake may answer: already exists, but current
                -- role has no privileges on it. Then leave its line out. COMPUTE_WH of a new account belongs to ACCOUNTADMIN.
                CREATE WAREHOUSE IF NOT EXISTS "COMPUTE_WH" WITH WAREHOUSE_SIZE = 'XSMALL' AUTO_SUSPEND = 60 \
                AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE;
                CREATE DATABASE IF NOT EXISTS "FLAGSMITH";
                -- If the database belongs to another role, add a line here: USE ROLE and the name of that role, or ACCOUNTADMIN.
                CREATE SCHEMA IF NOT EXISTS "FLAGSMITH"."Événements ""1""\";
                CREATE FILE FORMAT IF NOT EXISTS "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_JSON" TYPE = JSON;
                CREATE STAGE IF NOT EXISTS "FLAGSMITH"."Événements ""1""\"."FLAGSMITH_STAGE";
                USE ROLE USERADMIN;
                -- If Snowflake says that the role or the user already exists, leave its line out.
                CREATE ROLE IF NOT EXISTS "FLAGSMITH_LOADER";
                CREATE USER IF NOT EXISTS "FLAGSMITH_SERVICE" TYPE = SERVICE DEFAULT_ROLE = "FLAGSMITH_LOADER" \
                DEFAULT_WAREHOUSE = "COMPUTE_WH" DEFAULT_NAMESPACE = "FLAGSMITH"."Événements ""1""\";
                -- If the user belongs to a role that SECURITYADMIN does not have, name that role, or ACCOUNTADMIN, in the next line.
                USE ROLE SECURITYADMIN;
                -- If the user has the key of another connection, the next statement fails: then run nothing after it, and give
                -- this connection another user.
                -- If no connection uses that key any more, take it away and run the script again:
                -- ALTER USER ... UNSET RSA_PUBLIC_KEY, RSA_PUBLIC_KEY_2
                EXECUTE IMMEDIATE '
                    DECLARE
                        another_key EXCEPTION (-20001, ''another key is installed for user "FLAGSMITH_SERVICE": \
                each connection needs a user of its own. If no connection uses that key any more, \
                take it away as the comment above says'');
                    BEGIN
                        LET properties RESULTSET := (DESCRIBE USER "FLAGSMITH_SERVICE");
                        FOR entry IN properties DO
                            IF (entry."property" IN (''RSA_PUBLIC_KEY_FP'', ''RSA_PUBLIC_KEY_2_FP'')
                                AND entry."value" LIKE ''SHA256:%''
                                AND entry."value" NOT IN (''\(key.fingerprint)'')) THEN
                                RAISE another_key;
                            END IF;
                        END FOR;
                        RETURN ''no other key'';
                    EXCEPTION
                        WHEN another_key THEN
                            RAISE;
                        WHEN OTHER THEN
                            RETURN ''not checked'';
                    END;';
                -- A user that was there becomes a service user: nobody can sign in as it with a password any more. Should
                -- Snowflake refuse that because of the password, take it away first (UNSET PASSWORD).
                ALTER USER "FLAGSMITH_SERVICE" SET TYPE = SERVICE;
                -- DESCRIBE USER shows the fingerprint of this key as RSA_PUBLIC_KEY_FP:
                -- \(key.fingerprint)
                ALTER USER "FLAGSMITH_SERVICE" SET RSA_PUBLIC_KEY = '\(key.base64)';
                GRANT ROLE "FLAGSMITH_LOADER" TO USER "FLAGSMITH_SERVICE";
                GRANT ROLE "FLAGSMITH_LOADER" TO ROLE SYSADMIN;
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
        #expect(!without.contains("RSA_PUBLIC_KEY"))
        let lines = with.statementLines.filter { !$0.contains("RSA_PUBLIC_KEY") && $0 != "EXECUTE IMMEDIATE '" }
        #expect(without.statementLines == lines)
    }

    /// Later keys may have an older one of the same connection beside them, which nobody here knows.
    @Test(arguments: [(1, true), (2, false), (3, false)])
    func looksForAnotherKeyBeforeTheFirstAlone(generation: Int, looks: Bool) throws {
        let key = try KeyInstallation(.mock(), generation: generation)
        let lines = try #require(try SetupScript(for: .snowflake(), installing: key)).text.statementLines
        let check = lines.firstIndex { $0.hasPrefix("EXECUTE IMMEDIATE ") }
        #expect((check != nil) == looks)
        let change = try #require(lines.firstIndex { $0.hasPrefix("ALTER USER ") })
        #expect(check ?? 0 < change)
    }

    /// The first key is known while the second is made: neither is another connection's.
    @Test func knowsBothKeysOfAFirstRotation() throws {
        let (first, second) = try (PublicKey.mock(), PublicKey.mock())
        let key = KeyInstallation(second, generation: 2, keepsPredecessor: true, predecessor: first)
        let script = try #require(try SetupScript(for: .snowflake(), installing: key)).text
        #expect(script.contains("NOT IN (''\(second.fingerprint)'', ''\(first.fingerprint)'')"), "\(script)")
    }

    /// SnowSQL replaces `&name`, the Snowflake CLI `<% name %>`, `&{ name }` and, on request, `{{ name }}`; a `!` at the
    /// start of a line is a command to both. A line's end is the only one of what ends a statement that a comment has.
    @Test func holdsNothingThatSnowflakesToolsReplaceOrMisread() throws {
        let configuration = try WarehouseConfiguration.snowflake()
        let keys = try (1...3).map { KeyInstallation(try .mock(), generation: $0) }
        let setups = keys.compactMap { SetupScript(for: configuration, installing: $0)?.text }
        let address = try #require(EgressAddress("8.8.8.8"))
        let others = try [
            TeardownScript(for: configuration)?.text,
            NetworkPolicyScript(for: configuration, allowing: [address])?.text,
        ].compactMap(\.self)
        try #require(setups.count == 3 && others.count == 2)
        for text in setups + others {
            for mark in ["&", "<%", "%>", "{{", "}}", "{#", "{%", "\n!"] { #expect(!text.contains(mark), "\(text)") }
        }
        for line in (setups + others).joined().split(separator: "\n")
        where line.hasPrefix("--") && !line.hasPrefix("-- DROP ") {
            #expect(!line.contains { "'\";$\\".contains($0) }, "\(line)")
        }
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
        let found = script.split(separator: "\n").filter {
            $0.hasPrefix("ALTER USER ") && $0.contains("RSA_PUBLIC_KEY")
        }
        let wanted = statements.map {
            "ALTER USER \"FLAGSMITH_SERVICE\" \($0.replacing("'K'", with: "'\(key.base64)'"));"
        }
        #expect(found.map(String.init) == wanted)
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
            SetupScript(for: .clickHouse(["username": "u"]), installing: nil, password: MadePassword().verifier),
        ]
        for script in scripts {
            let text = try #require(script).text
            #expect(!text.uppercased().contains("REPLACE") && !text.uppercased().contains("DROP"))
            for line in text.statementLines where line.hasPrefix("CREATE") {
                #expect(line.contains(" IF NOT EXISTS "), "\(line)")
            }
        }
    }
}
