import Foundation
import TestSupport
import Testing

/// Which secrets a command opens, and which it leaves.
@Suite(.timeLimit(.minutes(2)))
struct SecretsTests {
    private let office: Office

    /// Organisations 5 to 7 have a password each, which is the number.
    init() async throws {
        office = try await Office()
        for organisation in 5...7 {
            let file = office.workplace.directory("password")
            try "\(organisation)".write(toFile: file, atomically: false, encoding: .utf8)
            let fields = ["--type", "clickhouse", "--host", "h.example.com", "--password-file", file]
            try await office.run("create", ["--organisation", "\(organisation)"] + fields)
        }
    }

    private func export(_ options: String...) async throws -> (Outcome, values: [Substring]) {
        let words = ["export", "--sealing-key-file", office.keyFile] + options
        let outcome = try await office.try("secrets", words)
        return (outcome, outcome.output.matches(of: /"value":"([0-9])"/).map(\.1))
    }

    /// Makes the secret of an organisation one that does not open.
    private func damage(_ organisation: Int) async throws {
        let statement = """
            UPDATE secret SET ciphertext = zeroblob(length(ciphertext)) WHERE organisation = \(organisation)
            """
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
        let outcome = try await Program.run("python3", ["-c", script, office.secretStore, statement])
        try #require(outcome.exitCode == 0, "\(outcome.error)")
    }

    @Test
    func areExportedAllOrOfOneOrganisation() async throws {
        #expect(try await export().values == ["5", "6", "7"])
        let one = try await export("--organisation", "6")
        #expect(one.values == ["6"])
        #expect(one.0.exitCode == 0)
    }

    @Test
    func areExportedButForThoseThatDoNotOpen() async throws {
        try await damage(6)
        let all = try await export()
        #expect(all.0.exitCode == 65)
        #expect(all.values == ["5", "7"])
        #expect(all.0.error.split(separator: "\n").count == 1)
        #expect(all.0.error.contains("the secret of organisation 6, wc_"), "\(all.0.error)")
        // Nobody else's is opened for one organisation, so nobody else's is in its way.
        let other = try await export("--organisation", "5")
        #expect(other.0.exitCode == 0)
        #expect(other.values == ["5"])
        #expect(try await export("--organisation", "6").0.exitCode == 65)
    }

    @Test
    func areNotLeftBehindByADeletion() async throws {
        let delete = ["delete", "--organisation", "5", "--yes", "--store", office.workplace.store]
        let other = office.workplace.directory("other secrets")
        let key = office.workplace.directory("other key")
        let made = ["secrets", "init", "--secrets", other, "--sealing-key-file", key]
        _ = try await Program.run(Program.warehousectl, made)
        let before = try await office.run("export").output
        // The store at the default place, which may be there, has none of them.
        for words in [delete, delete + ["--secrets", other]] {
            let refused = try await Program.run(Program.warehousectl, words)
            #expect(refused.exitCode == 66)
            let advice = ": name the store that has them with --secrets, or give --without-secrets\n"
            #expect(refused.error.hasSuffix(advice), "\(refused.error)")
        }
        #expect(try await office.run("export").output == before)
        #expect(try await export().values == ["5", "6", "7"])
        try await office.run("delete", "--organisation", "5", "--yes")
        #expect(try await export().values == ["6", "7"])
        let without = ["delete", "--organisation", "6", "--yes", "--without-secrets"]
        let done = try await Program.run(Program.warehousectl, without + ["--store", office.workplace.store])
        #expect(done.exitCode == 0, "\(done.error)")
        #expect(try await export().values == ["6", "7"])
    }
}
