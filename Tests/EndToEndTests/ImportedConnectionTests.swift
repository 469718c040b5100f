import Foundation
import TestSupport
import Testing

/// What an import may do to connections that have secrets, and what commands do with connections that were imported.
@Suite(.timeLimit(.minutes(5)))
struct ImportedConnectionTests {
    private func replace(_ lines: String, in office: Office) async throws -> Outcome {
        try await Program.run(Program.warehousectl, office.words("import", ["-", "--replace"]), input: lines)
    }

    /// The password would go with the next test.
    @Test
    func doesNotTakeSecretsToAnotherPlace() async throws {
        let office = try await Office()
        let file = office.workplace.directory("password")
        try "password".write(toFile: file, atomically: false, encoding: .utf8)
        let create = ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com"]
        try await office.run("create", create + ["--password-file", file])
        let own = try await office.run("export", "--organisation", "4").output.trimmingCharacters(in: .newlines)
        let id = try #require(own.firstMatch(of: /wc_[A-Za-z0-9]+/)).output
        let other = own.replacing(id, with: "wc_other")
        let moved = own.replacing("ch.example.com", with: "elsewhere.example.com")
        let snowflake = try Fixture.text("connections.ndjson").split(separator: "\n")[0]
            .replacing("\"organisation\":1,", with: "\"organisation\":4,").replacing("wc_abc123", with: id)
        let host = "config.host is another one than \(id) was made for"
        let type = "type is another one than \(id) was made for"
        for (lines, problem) in [
            ("\(moved)", "line 1: \(host)"), ("\(other)\n\(moved)", "line 2: \(host)"),
            ("\(snowflake)", "line 1: \(type)"), ("\(other)\n\(snowflake)", "line 2: \(type)"),
        ] {
            let refused = try await replace(lines, in: office)
            #expect(refused.exitCode == 65, "\(lines)")
            #expect(refused.error.contains(problem), "\(refused.error)")
            #expect(try await office.run("export", "--organisation", "4").output == own + "\n")
        }
        // In another run, too; back to where it was is no move.
        #expect(try await replace(other, in: office).exitCode == 0)
        #expect(try await replace(moved, in: office).error.contains(host))
        #expect(try await replace(own, in: office).exitCode == 0)
        // Without its secrets it may be anywhere.
        try await office.run("delete", "--organisation", "4", "--yes")
        #expect(try await replace(moved, in: office).exitCode == 0)
        #expect(try await office.secrets().isEmpty)
    }

    /// Its first key is the customer's alone, and is to be retired all the same.
    @Test
    func getsANewKeyPairAndLosesItsOldOne() async throws {
        let office = try await Office()
        let finish = ["--organisation", "1", "--finish"]
        #expect(try await office.try("rotate-key", finish).error.contains("no rotation is under way"))
        try await office.run("rotate-key", "--organisation", "1")
        // Until it is finished the old key stays, whatever else is changed.
        #expect(try await office.try("rotate-key", ["--organisation", "1"]).error.contains("a rotation is under way"))
        try await office.run("update", "--organisation", "1", "--warehouse", "other")
        let rotated = try await office.connection(1)
        #expect((rotated["setup_script"] as? String)?.contains(" UNSET ") == false)
        #expect(try await office.try("rotate-key", finish).error.contains("no test with the new key has passed"))
        #expect(try await office.connection(1)["setup_script"] as? String == rotated["setup_script"] as? String)
        for _ in 1...2 { try await office.run("rotate-key", finish + ["--force"]) }
        let finished = try await office.connection(1)
        #expect((finished["setup_script"] as? String)?.contains(" UNSET RSA_PUBLIC_KEY;") == true)
        #expect(finished["public_key"] as? String == rotated["public_key"] as? String)
        let audit = try await office.run("audit", "--organisation", "1", "--json").output
        #expect(audit.matches(of: /"action":"rotate-key --finish"/).count == 1)
    }

    /// A script that the customer would run grants what its names say.
    @Test
    func getsNoScriptOfNamesThatNobodyMayGive() async throws {
        let office = try await Office()
        let line = try Fixture.text("connections.ndjson").split(separator: "\n")[0]
        let admin = String(line.replacing(/"role":"[^"]*"/, with: #""role":"ACCOUNTADMIN""#))
        #expect(try await replace(admin, in: office).exitCode == 0)
        let refused = try await office.try("rotate-key", ["--organisation", "1"])
        #expect(refused.exitCode == 65)
        #expect(refused.error.contains("wc_abc123: role "), "\(refused.error)")
        #expect(try await office.run("export", "--organisation", "1").output == admin + "\n")
        #expect(try await office.secrets().isEmpty)
    }
}
