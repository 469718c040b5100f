import Foundation
import TestSupport
import Testing

/// The operator's tool: what it prints, how it fails, and that a failure changes nothing.
@Suite(.timeLimit(.minutes(2)))
struct WarehousectlTests {
    @Test
    func exportsWhatWasImportedByteForByte() async throws {
        let workplace = try await Workplace()
        let whole = try await run("export", "--store", workplace.store)
        #expect(try whole.output == Fixture.text("connections.ndjson"))
        let one = try await run("export", "--organisation", "2", "--store", workplace.store)
        #expect(whole.output.split(separator: "\n")[1] + "\n" == one.output)
        #expect(try await run("export", "--organisation", "4", "--store", workplace.store).output.isEmpty)
    }

    @Test
    func exportsValuesOfEveryKindByteForByte() async throws {
        let directory = try TemporaryDirectory()
        let store = directory("store.sqlite")
        _ = try await run("init", "--store", store)
        let imported = try await run("import", "-", "--store", store, input: Self.clickHouse + "\n")
        #expect(imported.output == "1 created, 0 replaced, 0 unchanged\n", "\(imported.error)")
        #expect(try await run("export", "--store", store).output == Self.clickHouse + "\n")
        let again = try await run("import", "-", "--store", store, input: Self.clickHouse)
        #expect(again.output == "0 created, 0 replaced, 1 unchanged\n")
        let shown = try await run("show", "--organisation", "9", "--store", store).output
        #expect(shown.contains("\nport            9440\n") && shown.contains("\nsecure          false\n"), "\(shown)")
    }

    @Test(arguments: [
        ("9440", #""9440""#, "config.port is no integer"), ("9440", "true", "config.port is no integer"),
        ("9440", "null", "config.port is null"), (#""port":9440,"#, "", "config.port is missing"),
        ("9440", "9440.5", "it is no JSON, or has a number beyond 64 bits"),
        ("false", #""false""#, "config.secure is no boolean"), ("false", "0", "config.secure is no boolean"),
        ("false", "null", "config.secure is no boolean"), (#""ch.example.org""#, "1", "config.host is no string"),
        ("false}", #"false,"password":"hunter2"}"#, "config.password is not a member of a connection"),
        (#""port":9440"#, #""port":9440,"port":9440"#, "it has a member twice"),
    ])
    func refusesAValueOfAnotherKind(_ text: String, _ replacement: String, _ problem: String) async throws {
        let directory = try TemporaryDirectory()
        let store = directory("store.sqlite")
        _ = try await run("init", "--store", store)
        let input = Self.clickHouse.replacing(text, with: replacement)
        let outcome = try await run("import", "-", "--store", store, input: input)
        #expect(outcome.exitCode == 65)
        #expect(outcome.error == "warehousectl: standard input: line 1: \(problem): nothing was imported\n")
    }

    /// With a user name that no rule for operators would let pass: import is lossless.
    private static let clickHouse = """
        {"organisation":9,"id":"wc_click","type":"clickhouse","status":"pending_customer_setup","config":{\
        "host":"ch.example.org","port":9440,"database":"Mixed \\"Case\\"","username":"","secure":false},\
        "public_key":null,"setup_script":null,"created_at":"2026-04-17T10:00:00Z","last_tested_at":null,\
        "last_error":null}
        """

    /// Import is lossless: none of these is a form in which an operator's text is stored.
    @Test
    func importsNamesInWhateverFormTheyHave() async throws {
        let directory = try TemporaryDirectory()
        let store = directory("store.sqlite")
        _ = try await run("init", "--store", store)
        let lines = try Fixture.text("connections.ndjson")
            .replacing(/"account_identifier":"[^"]*"/, with: #""account_identifier":" HTTPS://A.B-/_ ""#)
            .replacing(/"user":"[^"]*"/, with: "\"user\":\"\\\"R&D\\\"\u{200B} <% x %>\u{A0}\"")
        _ = try await run("import", "-", "--store", store, input: lines)
        #expect(try await run("export", "--store", store).output == lines)
        // All three have the same user of the same account.
        let checked = try await run("check", "--json", "--store", store)
        #expect(checked.exitCode == 0)
        #expect(checked.output.hasSuffix(",\"shared_users\":[[1,2,3]]}\n"), "\(checked.output)")
        // However many there are, a line names three.
        let others = lines.replacing(/"organisation":(\d)/) { "\"organisation\":1\($0.1)" }
        let more = others.replacing("\"id\":\"wc_", with: "\"id\":\"wc_x")
        _ = try await run("import", "-", "--store", store, input: more)
        let line = try await run("check", "--store", store).output.split(separator: "\n").last
        #expect(line?.hasPrefix("organisations 1, 2, 3 and 3 more sign in to one warehouse as the same user, ") == true)
    }

    @Test
    func importsTheSameTwiceWithoutAChange() async throws {
        let workplace = try await Workplace()
        let again = try await run("import", Fixture.connections, "--store", workplace.store)
        #expect(again.output == "0 created, 0 replaced, 3 unchanged\n")
        let lines = try Fixture.text("connections.ndjson")
        let piped = try await run("import", "-", "--json", "--store", workplace.store, input: lines)
        #expect(piped.output == #"{"created":0,"replaced":0,"unchanged":3}"# + "\n")
    }

    @Test
    func replacesADifferentConnectionOnlyWhenAsked() async throws {
        let workplace = try await Workplace()
        let changed = try Fixture.text("connections.ndjson").replacing("wc_abc123", with: "wc_abc124")
        let refused = try await run("import", "-", "--store", workplace.store, input: changed)
        #expect(refused.exitCode == 65)
        #expect(
            refused.error == "warehousectl: standard input: line 1: organisation 1 has another connection already: "
                + "give --replace to replace it: nothing was imported\n"
        )
        #expect(try await run("export", "--store", workplace.store).output == Fixture.text("connections.ndjson"))
        let replaced = try await run("import", "-", "--replace", "--store", workplace.store, input: changed)
        #expect(replaced.output == "0 created, 1 replaced, 2 unchanged\n")
        #expect(try await run("export", "--store", workplace.store).output == changed)
    }

    @Test
    func noticesAChangeOfUnicodeNormalisation() async throws {
        let workplace = try await Workplace()
        let decomposed = try Fixture.text("connections.ndjson").replacing("É", with: "E\u{301}")
        let replaced = try await run("import", "-", "--replace", "--store", workplace.store, input: decomposed)
        #expect(replaced.output == "0 created, 1 replaced, 2 unchanged\n")
        let exported = try await run("export", "--store", workplace.store).output
        #expect(Array(exported.utf8) == Array(decomposed.utf8))
    }

    @Test(arguments: [
        ("wc_0000000000000001", "wc_abc123", "wc_abc123 is the connection of another organisation"),
        (#""organisation":3"#, #""organisation":0"#, "organisation is not positive"),
        (#""organisation":3"#, #""organisation":"3""#, "organisation is no integer"),
        (#""organisation":3"#, #""organisation":9223372036854775808"#, "it is no JSON, or has a number beyond 64 bits"),
        (#""organisation":3,"#, "", "organisation is missing"),
        ("wc_0000000000000001", "wc_", "id is not valid"),
        (#""type":"snowflake""#, #""type":"teradata""#, "type is not valid"),
        (#""status":"error""#, #""status":"fine""#, "status is not valid"),
        (#""status":"error""#, #""status":null"#, "status is null"),
        (#""status":"error","#, "", "status is missing"),
        (#""schema":"ANALYTICS","#, "", "config.schema is missing"),
        (#""schema":"ANALYTICS""#, #""schema":7"#, "config.schema is no string"),
        (#""schema":"ANALYTICS""#, #""schema":"\u0000""#, "config.schema holds a NUL character"),
        (#""schema":"ANALYTICS""#, #""schema":"A","password":"x""#, "config.password is not a member of a connection"),
        (#""config":{"#, #""private_key":"x","config":{"#, "private_key is not a member of a connection"),
        ("MIICIjANBgkqhkiG9w0", "MIICIjANBgkqhkiG9w1", "public_key is not valid"),
        ("2026-06-11T23:59:59Z", "2026-06-11T23:59:59+00:00", "created_at is not valid"),
        ("2026-06-12T00:04:07Z", "2026-06-31T00:04:07Z", "last_tested_at is not valid"),
        (#""2026-06-12T00:04:07Z""#, "null", "last_error needs last_tested_at"),
        (#""organisation":3"#, #""organisation":3,"organisation":4"#, "it has a member twice"),
        (#""role":"#, #""r\u006fle":"OTHER","role":"#, "it has a member twice"),
        ("-- Flagsmith", String(repeating: "x", count: 65_536), "setup_script has more than 65536 bytes"),
        ("ab98765", String(repeating: "x", count: 1024), "config.account_identifier has more than 1024 bytes"),
        ("SQL access control", String(repeating: "x", count: 8200), "last_error has more than 8192 bytes"),
        (#""last_error""#, #"last_error"#, "it is no JSON, or has a number beyond 64 bits"),
    ])
    func refusesABadLineAndStoresNothing(_ text: String, _ replacement: String, _ problem: String) async throws {
        let directory = try TemporaryDirectory()
        let store = directory("store.sqlite")
        _ = try await run("init", "--store", store)
        // The third line is the bad one.
        let lines = try Fixture.text("connections.ndjson").split(separator: "\n")
        let bad = lines[2].replacing(text, with: replacement)
        #expect(bad != lines[2])
        let input = (lines[0...1] + [bad]).joined(separator: "\n")
        let outcome = try await run("import", "-", "--store", store, input: input)
        #expect(outcome.exitCode == 65)
        #expect(outcome.error == "warehousectl: standard input: line 3: \(problem): nothing was imported\n")
        #expect(try await run("export", "--store", store).output.isEmpty)
    }

    @Test(arguments: [
        ([], 64, "Missing expected argument '<file>'"),
        (["/nonexistent", "--store", "$S"], 66, "/nonexistent: No such file or directory"),
        (["$S", "--store", "/nonexistent/store"], 66, "/nonexistent/store: no such store: make one with"),
        (["/etc", "--store", "$S"], 74, "/etc: Is a directory"),
        (["-", "--store", "postgresql://a/b"], 64, "--store postgresql://a/b: expected the path of a SQLite file"),
        (["-", "--store", "$D/file"], 65, "$D/file: not a store of warehouse connections: no SQLite database"),
        (["-", "--store", "$D"], 65, "$D: not a store of warehouse connections: no file"),
        (["-", "--stor", "$S"], 64, "Unknown option '--stor'"),
    ])
    func explainsItselfOnOneLine(_ arguments: [String], _ exitCode: Int32, _ message: String) async throws {
        let workplace = try await Workplace()
        let directory = try TemporaryDirectory()
        try String(repeating: "no store. ", count: 1000)
            .write(toFile: directory("file"), atomically: false, encoding: .utf8)
        func filled(_ text: String) -> String {
            text.replacing("$S", with: workplace.store).replacing("$D", with: directory.path)
        }
        let outcome = try await run(["import"] + arguments.map(filled))
        #expect(outcome.exitCode == exitCode)
        #expect(outcome.error.hasPrefix("warehousectl: \(filled(message))"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["file"])
    }

    @Test(arguments: [
        ([], "no command given: see warehousectl --help"),
        (["key"], "no command given: see warehousectl key --help"),
        (["frobnicate"], "Unexpected argument 'frobnicate' (see warehousectl --help)"),
    ])
    func wantsACommand(_ arguments: [String], _ message: String) async throws {
        let outcome = try await run(arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.error == "warehousectl: \(message)\n")
        #expect(outcome.output.isEmpty)
    }

    @Test
    func blamesTheVariableForAWrongStore() async throws {
        let outcome = try await run(["list"], environment: ["WAREHOUSE_STORE": "postgresql://a/b"])
        #expect(outcome.exitCode == 78)
        #expect(outcome.error == "warehousectl: WAREHOUSE_STORE postgresql://a/b: expected the path of a SQLite file\n")
    }

    @Test
    func leavesADamagedStoreAsItIs() async throws {
        let workplace = try await Workplace()
        let damaged = workplace.directory("damaged.sqlite")
        var bytes = try Data(contentsOf: URL(filePath: workplace.store))
        bytes.replaceSubrange(8192..<20480, with: repeatElement(0xA5, count: 12288))
        try bytes.write(to: URL(filePath: damaged))
        for arguments in [["import", Fixture.connections], ["export"], ["list"], ["show", "--organisation", "1"]] {
            let outcome = try await run(arguments + ["--store", damaged])
            #expect(outcome.exitCode == 69, "\(arguments)")
            #expect(outcome.error.hasPrefix("warehousectl: \(damaged): is damaged: "), "\(outcome.error)")
        }
        #expect(try Data(contentsOf: URL(filePath: damaged)) == bytes)
    }

    @Test
    func refusesALineWithoutEnd() async throws {
        let workplace = try await Workplace()
        let endless = String(repeating: " ", count: 1 << 21)
        let outcome = try await run("import", "-", "--store", workplace.store, input: endless)
        #expect(outcome.exitCode == 65)
        #expect(outcome.error.contains("line 1: is longer than 1048576 bytes"))
    }

    @Test
    func listsForPeopleAndForMachines() async throws {
        let workplace = try await Workplace()
        #expect(
            try await run("list", "--store", workplace.store).output == """
                ORGANISATION  ID                   TYPE       STATUS                  CREATED               LAST TESTED
                1             wc_abc123            snowflake  connected               2026-04-17T10:00:00Z  2026-04-17T10:05:00Z
                2             wc_7Hq2Zt9LmN4pXv0b  snowflake  pending_customer_setup  2026-05-02T08:30:15Z  never
                3             wc_0000000000000001  snowflake  error                   2026-06-11T23:59:59Z  2026-06-12T00:04:07Z

                """
        )
        let json = try await run("list", "--json", "--store", workplace.store).output
        #expect(
            json.hasPrefix(
                #"[{"organisation":1,"id":"wc_abc123","type":"snowflake","status":"connected","created_at":"2026-04-17T10:00:00Z","#
                    + #""last_tested_at":"2026-04-17T10:05:00Z"},{"organisation":2,"#
            )
        )
    }

    @Test
    func showsOneConnectionAndStripsWhatWouldSteerATerminal() async throws {
        let workplace = try await Workplace()
        let line = try Fixture.text("connections.ndjson").split(separator: "\n")[2]
        let hostile = line.replacing("SQL access", with: #"\u001b[2JSQL access"#)
        _ = try await run("import", "-", "--replace", "--store", workplace.store, input: String(hostile))
        let text = try await run("show", "--organisation", "3", "--store", workplace.store).output
        #expect(text.contains("\nstatus              error\n"))
        #expect(text.contains("\u{FFFD}[2JSQL access control error:"))
        #expect(!text.contains("\u{1B}"))
        let json = try await run("show", "--json", "--organisation", "3", "--store", workplace.store).output
        #expect(json == hostile + "\n")
        let none = try await run("show", "--organisation", "4", "--store", workplace.store)
        #expect(none.exitCode == 1)
        #expect(none.error == "warehousectl: organisation 4 has no warehouse connection\n")
    }

    @Test
    func countsTheSecondsOnATerminal() async throws {
        let workplace = try await Workplace()
        let slow = "strace -f -qq -o /dev/null -e trace=fsync -e inject=fsync:delay_enter=1200000"
        let backup = workplace.directory("backup")
        let command = "\(slow) '\(Program.warehousectl)' backup '\(backup)' --store '\(workplace.store)'"
        let shown = try await Program.run("script", ["--quiet", "--return", "--command", command, "/dev/null"])
        #expect(shown.exitCode == 0)
        #expect(shown.output.contains("\r1 s"), "\(shown.output)")
        #expect(shown.output.contains("\r\u{1B}[K\(backup): backup of "), "\(shown.output)")
    }

    @Test
    func initialisesOnceAndSaysWhatItFound() async throws {
        let directory = try TemporaryDirectory()
        let store = directory("store.sqlite")
        #expect(try await run("init", "--store", store).output == "\(store): created\n")
        #expect(try await run("init", "--store", store).output == "\(store): up to date\n")
        let json = try await run(["init", "--json"], environment: ["WAREHOUSE_STORE": store])
        #expect(json.output == #"{"store":"\#(store)","result":"up to date"}"# + "\n")
        let nowhere = try await run("init", "--store", "/nonexistent/store")
        #expect(nowhere.exitCode == 73)
    }

    private func run(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    private func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) async throws -> Outcome {
        try await Program.run(Program.warehousectl, arguments, environment: environment, input: input)
    }
}
