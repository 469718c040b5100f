import Testing
import WarehouseConnections
import Warehouses

extension SetupScriptTests {
    @Test func setsClickHouseUpWithAPasswordThatWasMade() throws {
        let password = MadePassword().verifier
        let configuration = try WarehouseConfiguration.clickHouse(["username": "flag\"s\\mith"])
        #expect(
            SetupScript(for: configuration, installing: nil, password: password)?.text == #"""
                -- Flagsmith Analytics
                -- Makes the database and the user that Flagsmith loads with. You can run it again.
                -- Whoever runs it needs CREATE DATABASE, CREATE USER, ALTER USER, SELECT, INSERT, CREATE TABLE on the \#
                database WITH GRANT OPTION.
                -- On ClickHouse Cloud the user default and each administrator in the SQL console have these rights; on a
                -- server of your own, a user with access_management.
                -- Each connection needs a user of its own.
                -- Flagsmith has made the password, which no person knows. The script has its hash and salt (ClickHouse 22.6
                -- or later), from which nobody can find it. A user that exists gets this password instead of its own.
                -- On a cluster whose servers do not share users and databases, each statement needs ON CLUSTER '...',
                -- behind the name, in GRANT behind the word GRANT.
                CREATE DATABASE IF NOT EXISTS "flagsmith_exp";
                CREATE USER IF NOT EXISTS "flag""s\\mith" IDENTIFIED WITH sha256_hash BY '\#(password.digest)' \#
                SALT '\#(password.salt)';
                ALTER USER "flag""s\\mith" IDENTIFIED WITH sha256_hash BY '\#(password.digest)' \#
                SALT '\#(password.salt)';
                GRANT SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".* TO "flag""s\\mith";

                """#
        )
    }

    @Test func setsClickHouseUpWithoutAPasswordThatWasTyped() throws {
        let configuration = try WarehouseConfiguration.clickHouse(["username": "u"])
        #expect(
            SetupScript(for: configuration, installing: nil)?.text == #"""
                -- Flagsmith Analytics
                -- Makes the database and the user that Flagsmith loads with. You can run it again.
                -- Whoever runs it needs CREATE DATABASE, CREATE USER, SELECT, INSERT, CREATE TABLE on the database \#
                WITH GRANT OPTION.
                -- On ClickHouse Cloud the user default and each administrator in the SQL console have these rights; on a
                -- server of your own, a user with access_management.
                -- Each connection needs a user of its own.
                -- Flagsmith was given a password, which is not in this script. A user that exists keeps the password that it
                -- has; a new one is locked until you give it that password: ALTER USER ... IDENTIFIED BY '...';
                -- On a cluster whose servers do not share users and databases, each statement needs ON CLUSTER '...',
                -- behind the name, in GRANT behind the word GRANT.
                CREATE DATABASE IF NOT EXISTS "flagsmith_exp";
                CREATE USER IF NOT EXISTS "u" IDENTIFIED WITH sha256_hash BY \#
                '0000000000000000000000000000000000000000000000000000000000000000';
                GRANT SELECT, INSERT, CREATE TABLE ON "flagsmith_exp".* TO "u";

                """#
        )
    }

    @Test func leavesClickHousesOwnUserAndDatabaseAlone() throws {
        #expect(
            try SetupScript(for: .clickHouse(), installing: nil)?.text == """
                -- Flagsmith Analytics
                -- Makes the database that Flagsmith loads with. You can run it again.
                -- Whoever runs it needs CREATE DATABASE.
                -- On a cluster whose servers do not share databases, each statement needs ON CLUSTER '...',
                -- behind the name.
                CREATE DATABASE IF NOT EXISTS "flagsmith_exp";

                """
        )
        let own = try SetupScript(for: .clickHouse(["database": "default", "username": "u"]), installing: nil)
        #expect(own?.text.contains("CREATE DATABASE") == false)
        #expect(own?.text.contains("GRANT SELECT, INSERT, CREATE TABLE ON \"default\".* TO \"u\";") == true)
        #expect(try SetupScript(for: .clickHouse(["database": "default"]), installing: nil) == nil)
    }

    @Test func makesAPasswordForEachConnection() {
        let verifiers = (0..<8).map { _ in MadePassword().verifier }
        #expect(Set(verifiers.map(\.digest)).count == 8 && Set(verifiers.map(\.salt)).count == 8)
        MadePassword().withText { text in
            #expect(text.count == 64 && text.allSatisfy { "0123456789abcdef".utf8.contains($0) })
        }
    }
}
