import Foundation
import TestSupport
import Testing

/// A connection's life by the operator's tool, as the API serves it.
@Suite(.timeLimit(.minutes(10)))
struct ConnectionLifeTests {
    private static let isInstalled = FileManager.default.fileExists(atPath: "/var/lib/warehouse-connections-secrets")

    @Test
    func isServedFromItsCreationToItsEnd() async throws {
        let office = try await Office()
        _ = try await office.workplace.withResponder { _ in
            #expect(try office.list(4) == "[]")
            let created = try await office.run(
                "create",
                "--organisation",
                "4",
                "--account-identifier",
                "xy12345.eu-west-1"
            )
            let id = try #require(created.output.prefixMatch(of: /wc_[A-Za-z0-9]{16}/)).output
            let first = try office.list(4)
            #expect(first.contains(#""id":"\#(id)","type":"snowflake","status":"pending_customer_setup""#))
            #expect(first.contains(#""config":{"account_identifier":"xy12345.eu-west-1","warehouse":"COMPUTE_WH","#))
            #expect(first.contains(#""setup_script":"-- Flagsmith Analytics\n--"#))
            #expect(first.hasSuffix(#""last_tested_at":null,"last_error":null}]"#))

            _ = try await office.run("update", "--organisation", "4", "--warehouse", "loading", "--database=My \"DB\"")
            let second = try office.list(4)
            #expect(second.contains(#""warehouse":"LOADING","database":"My \"DB\"""#))
            #expect(second.contains(#"CREATE DATABASE IF NOT EXISTS \"My \"\"DB\"\"\";"#))
            func publicKey(_ list: String) -> Substring? { list.firstMatch(of: /"public_key":"([^"]+)"/)?.1 }
            #expect(publicKey(first) == publicKey(second))
            #expect(publicKey(first)?.count == 736)
            #expect(second.contains(String(id)))

            _ = try await office.run("delete", "--organisation", "4", "--yes")
            #expect(try office.list(4) == "[]")
        }
        #expect(try await office.secrets().isEmpty)
        let audit = try await office.run("audit", "--organisation", "4", "--json").output
        #expect(audit.matches(of: /"action":"([a-z ]+)"/).map(\.1) == ["key create", "create", "update", "delete"])
        #expect(audit.matches(of: /"actor":"tester"/).count == 3)
    }

    @Test
    func sealsThePrivateKeyThatBelongsToThePublicOne() async throws {
        let office = try await Office()
        _ = try await office.run("create", "--organisation", "4", "--account-identifier", "xy12345")
        let secret = try #require(try await office.secrets().first)
        let read = try await Program.run(
            "openssl",
            ["pkey", "-pubout", "-text"],
            input: try #require(secret["value"])
        )
        #expect(read.output.contains("(4096 bit"), "\(read.error)")
        let pem = try #require(read.output.firstMatch(of: /-----BEGIN PUBLIC KEY-----([^-]+)-----END/)?.1)
        let shown = try await office.run("show", "--organisation", "4", "--json").output
        #expect(shown.contains(#""public_key":"\#(pem.filter { !$0.isWhitespace })""#))
    }

    @Test(arguments: ["INT", "TERM"])
    func hidesAPasswordThatIsTyped(signal: String) async throws {
        let office = try await Office()
        let create = office.words(
            "create",
            ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com", "--password-file", "-"]
        )
        // Of a program's threads any may get the signal.
        for _ in 1...10 {
            let outcome = try await Program.run(
                Fixture.project + "Tests/EndToEndTests/terminal/prompt.py",
                [signal, "password: ", Program.warehousectl] + create
            )
            #expect(outcome.output == "at the prompt: False\nafter the end: True SIG\(signal)\n", "\(outcome.error)")
        }
    }

    @Test
    func keepsAWarehousesPasswordToItself() async throws {
        let office = try await Office()
        let password = "Zugang \"zum\" Lager \\ 7f3a"
        let file = office.workplace.directory("password")
        try (password + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        let host = ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com"]
        let refused = try await office.try("create", host + ["--password", password])
        #expect(refused.exitCode == 64)
        #expect(refused.error == "warehousectl: --password: others can read a command line: give --password-file\n")
        #expect(try await office.try("create", host).exitCode == 64)
        _ = try await office.run("create", host + ["--password-file", file])
        #expect(try await office.secrets().map { $0["value"] } == [password])
        // A new host would get the old password.
        let moved = try await office.try("update", ["--organisation", "4", "--host", "other.example.com"])
        #expect(moved.exitCode == 64)
        let update = ["update", "--organisation", "4", "--port", "9440", "--password-file", "-"]
        let changed = try await Program.run(Program.warehousectl, update + office.stores, input: "another one\n")
        #expect(changed.exitCode == 0, "\(changed.error)")
        #expect(try await office.secrets().map { $0["value"] } == ["another one"])
        _ = try await office.workplace.withResponder { _ in
            let list = try office.list(4)
            #expect(list.contains(#""config":{"host":"ch.example.com","port":9440,"database":"flagsmith_exp","#))
            #expect(list.contains(#""secure":true},"public_key":null"#))
        }
    }

    /// Whoever copies a password copies what stands beside it, and no warehouse would take that.
    @Test
    func refusesAPasswordWithWhatCannotBeSeenAtItsEnds() async throws {
        let office = try await Office()
        let host = ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com"]
        let file = office.workplace.directory("password")
        for (password, problem) in [
            ("\u{FEFF}hunter2\r\n", "begins or ends with a space or a character that cannot be seen: give it without"),
            ("hunter2\u{A0}\n", "begins or ends with a space or a character that cannot be seen: give it without"),
            ("hunter2\u{200B}", "begins or ends with a space or a character that cannot be seen: give it without"),
            ("hunter2 \n", "begins or ends with a space or a character that cannot be seen: give it without"),
            ("hunter2\n\n", "holds a line break or another control character"), ("\n", "is empty"),
            (String(repeating: "x", count: 1025), "has more than 1024 bytes"),
        ] {
            try password.write(toFile: file, atomically: false, encoding: .utf8)
            let refused = try await office.try("create", host + ["--password-file", file])
            #expect(refused.exitCode == 65)
            #expect(refused.error == "warehousectl: --password-file: what is in it \(problem)\n")
        }
        #expect(try await office.secrets().isEmpty)
        try "hunter\u{200D} 2\n".write(toFile: file, atomically: false, encoding: .utf8)
        try await office.run("create", host + ["--password-file", file])
        #expect(try await office.secrets().map { $0["value"] } == ["hunter\u{200D} 2"])
    }

    @Test
    func storesWhatPeoplePasteInOneForm() async throws {
        let office = try await Office()
        func config() async throws -> [String: String] {
            try #require(try await office.connection(4)["config"] as? [String: Any]).mapValues { "\($0)" }
        }
        let url = " https://XY12345.us-east-1.snowflakecomputing.com/console/login#/ "
        let names = ["--database", "\"analytics_db\"", "--schema", "\"\"\"Raw\"\"\"", "--role", " loader\n"]
        try await office.run("create", ["--organisation", "4", "--account-identifier", url] + names)
        let created = try await config()
        #expect(created["account_identifier"] == "xy12345.us-east-1")
        #expect(created["database"] == "analytics_db" && created["schema"] == "\"Raw\"" && created["role"] == "LOADER")
        // As show prints them, in quotes.
        let shown = ["--database", "\"analytics_db\"", "--schema", "\"\"\"Raw\"\"\""]
        try await office.run("update", ["--organisation", "4", "--role", "\"LOADER\""] + shown)
        #expect(try await config() == created)
        for (option, value, problem) in [
            ("--role", "\"ACCOUNTADMIN\"", "is a name that the warehouse keeps for itself"),
            ("--role", "accountadmin ", "is a name that the warehouse keeps for itself"),
            ("--role", "R&D", "holds &, which Snowflake's tools replace in a script"),
            (
                "--role", "loader\u{200B}",
                "holds a character that cannot be seen, such as a zero-width space: type it anew"
            ),
            (
                "--role", "\"loader",
                "begins with a quotation mark, but is no name in double quotes: double those inside"
            ),
        ] {
            let refused = try await office.try("update", ["--organisation", "4", option, value])
            #expect(refused.exitCode == 64)
            #expect(refused.error == "warehousectl: \(option) \(problem)\n")
        }
        #expect(try await config() == created)
    }

    /// Both would set the key of one user in the customer's account.
    @Test
    func warnsOfAUserThatAnotherOrganisationHas() async throws {
        let office = try await Office()
        let warning = """
            sign in to one warehouse as the same user, which can have the key or password of one only: give each \
            connection a user of its own
            """
        let checked = "{\"store\":\"\(office.workplace.store)\",\"connections\":4,\"keys\":4,\"schema_version\":"
        // That of organisation 1, in another spelling.
        let create = [
            "--organisation", "4", "--account-identifier", "https://XY12345.us-east-1.snowflakecomputing.com",
        ]
        let created = try await office.run("create", create + ["--json"])
        #expect(created.error == "warehousectl: warning: organisations 4 and 1 \(warning)\n")
        #expect(try JSONSerialization.jsonObject(with: Data(created.output.utf8)) is [String: Any])
        #expect(try await office.run("check").output.hasSuffix("\norganisations 1 and 4 \(warning)\n"))
        let shared = try await office.run("check", "--json").output
        #expect(shared.hasPrefix(checked) && shared.hasSuffix(",\"shared_users\":[[1,4]]}\n"), "\(shared)")

        #expect(try await office.run("update", "--organisation", "4", "--user", "another").error.isEmpty)
        #expect(try await office.run("check").output.split(separator: "\n").count == 1)
        #expect(try await office.run("check", "--json").output.hasSuffix(",\"shared_users\":[]}\n"))
        let updated = try await office.run("update", "--organisation", "4", "--user", "\"Flagsmith_Service\"")
        #expect(updated.error == "warehousectl: warning: organisations 4 and 1 \(warning)\n")

        // The change is made, whatever is wrong with a connection that is not the organisation's.
        try await office.workplace.sql("UPDATE connection SET config = '{}' WHERE organisation = 2")
        let unknown = try await office.run("update", "--organisation", "4", "--user", "third")
        let unsure = "warehousectl: warning: whether another organisation has the same user is not known: "
        #expect(unknown.error.hasPrefix(unsure), "\(unknown.error)")
        #expect(unknown.error.split(separator: "\n").count == 1)
    }

    @Test
    func leavesNoSecretWhereOthersRead() async throws {
        let office = try await Office()
        let password = "hunter2-5c1d90ab"
        let file = office.workplace.directory("password")
        try password.write(toFile: file, atomically: false, encoding: .utf8)
        let site = office.workplace
        var answers = ""
        _ = try await site.withResponder(["--log-level", "trace"]) { _ in
            let lists = Task.detached {
                // What the process list has of each command.
                var seen = ""
                while !Task.isCancelled { seen += try await Program.run("ps", ["axwwe", "-o", "args"]).output }
                return seen
            }
            _ = try await office.run("create", "--organisation", "4", "--account-identifier", "xy12345")
            let clickHouse = ["create", "--organisation", "5", "--type", "clickhouse", "--host", "ch.example.com"]
            _ = try await Program.run(Program.warehousectl, clickHouse + ["--password-file", file] + office.stores)
            _ = try await office.run("update", "--organisation", "4", "--warehouse", "other")
            answers += try office.list(4) + site.ask("/no/such").body
            lists.cancel()
            answers += try await lists.value
        }
        for command in [["audit", "--json"], ["export"], ["list"], ["show", "--organisation", "4"]] {
            answers += try await office.run(command[0], Array(command.dropFirst())).output
        }
        let key = try #require(try await office.secrets().first { $0["name"] == "private_key" }?["value"])
        let lines = key.split(separator: "\n").filter { !$0.hasPrefix("-") }
        let der = try #require(Data(base64Encoded: lines.joined()))
        // Parts of it, because something may break a line elsewhere; not the beginning, which all keys share.
        let middle = der[der.startIndex + 600..<der.startIndex + 632]
        var traces = [middle, Data(lines[20].utf8), Data(lines[20].prefix(40).utf8), Data(password.utf8)]
        traces += [
            Data(middle.base64EncodedString().dropLast(4).utf8), Data(Data(password.utf8).base64EncodedString().utf8),
        ]
        for trace in [middle, Data(password.utf8)] {
            traces.append(Data(trace.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().utf8))
        }
        try Data(answers.utf8).write(to: URL(filePath: site.directory("answers")))
        let files = try FileManager.default.subpathsOfDirectory(atPath: site.directory.path)
        #expect(files.contains("secrets.sqlite") && files.contains("store.sqlite") && files.contains("log"))
        for name in files where name != "password" {
            guard let content = FileManager.default.contents(atPath: site.directory(name)) else { continue }
            for (number, trace) in traces.enumerated() {
                #expect(content.range(of: trace) == nil, "trace \(number) is in \(name)")
            }
        }
    }

    @Test(arguments: [
        (
            ["create", "--organisation", "1", "--account-identifier", "x"], 73,
            "organisation 1 has the connection wc_abc123"
        ),
        (["create", "--organisation", "4"], 64, "--account-identifier is missing"),
        (["create", "--organisation", "4", "--account-identifier", "a b"], 64, "--account-identifier is not made of"),
        (
            ["create", "--organisation", "4", "--account-identifier", "https://app.snowflake.com/#/homepage"], 64,
            "--account-identifier does not say which account it is: give <organisation>-<account>, or the account's URL, "
        ),
        (
            ["create", "--organisation", "4", "--type", "clickhouse", "--host", "https://ch.example.com:9440/"], 64,
            "--host has another port in it than the field port or its default: give both alike"
        ),
        (["create", "--organisation", "4", "--account-identifier"], 64, "--account-identifier: needs a value"),
        (
            ["create", "--organisation", "4", "--account-identifer", "x"], 64,
            "--account-identifer: no option for snowflake"
        ),
        (["create", "--organisation", "4", "--account-identifier", "x", "y"], 64, "y: not understood"),
        (["create", "--organisation", "4", "--type", "oracle", "--host", "x"], 64, "The value 'oracle' is invalid"),
        (
            ["create", "--organisation", "4", "--account-identifier", "x", "--user", "a\nb"], 64,
            "--user holds a line break"
        ),
        (["update", "--organisation", "1"], 64, "nothing to change: give a field"),
        (
            ["update", "--organisation", "1", "--type", "clickhouse"], 64,
            "--type cannot be changed: that would be a new"
        ),
        (["update", "--organisation", "1", "--account-identifier", "x"], 64, "--account-identifier cannot be changed"),
        (["update", "--organisation", "4", "--warehouse", "x"], 1, "organisation 4 has no warehouse connection"),
        (["delete", "--organisation", "4", "--yes"], 1, "organisation 4 has no warehouse connection"),
        (["delete", "--organisation", "1"], 64, "nobody is there to ask: give --yes to delete wc_abc123"),
    ])
    func explainsItselfOnOneLine(_ words: [String], _ exitCode: Int32, _ message: String) async throws {
        let office = try await Office()
        let before = try await office.run("export").output
        let outcome = try await office.try(words[0], Array(words.dropFirst()))
        #expect(outcome.exitCode == exitCode)
        #expect(outcome.error.hasPrefix("warehousectl: \(message)"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
        #expect(try await office.run("export").output == before)
        #expect(try await office.secrets().isEmpty)
    }

    /// An imported connection has no secrets, and may have no store of them. But one that was named must be there: with a
    /// mistyped name, the secrets of what is deleted would stay.
    @Test(.enabled(if: !isInstalled, "a store of secrets is where it is in production"))
    func changesAnImportedConnectionWithoutAStoreOfSecrets() async throws {
        let office = try await Office()
        let named = ["--store", office.workplace.store, "--secrets", office.workplace.directory("none")]
        let delete = ["delete", "--organisation", "1", "--yes"]
        let undone = try await Program.run(Program.warehousectl, delete + ["--store", office.workplace.store])
        #expect(undone.exitCode == 66)
        #expect(undone.error.contains(": no store of secrets is there: name the store"), "\(undone.error)")
        for words in [["update", "--organisation", "1", "--role", "x"], delete + ["--without-secrets"]] {
            let refused = try await Program.run(Program.warehousectl, words + named)
            #expect(refused.exitCode == 66)
            #expect(refused.error.contains("no such secret store: make one with warehousectl secrets init"))
            let done = try await Program.run(Program.warehousectl, words + ["--store", office.workplace.store])
            #expect(done.exitCode == 0, "\(done.error)")
        }
    }

    /// A store that was restored from an older backup, or another one given by mistake, costs no secret.
    @Test
    func keepsTheSecretsOfConnectionsThatAnotherStoreHas() async throws {
        let office = try await Office()
        _ = try await office.run("create", "--organisation", "4", "--account-identifier", "x")
        let other = office.workplace.directory("other.sqlite")
        _ = try await Program.run(Program.warehousectl, ["init", "--store", other])
        let create = ["create", "--organisation", "4", "--account-identifier", "y", "--store", other]
        let created = try await Program.run(Program.warehousectl, create + ["--secrets", office.secretStore])
        #expect(created.exitCode == 0, "\(created.error)")
        #expect(try await office.secrets().count == 2)
    }
}
