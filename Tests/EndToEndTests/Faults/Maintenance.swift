import Foundation
import TestSupport
import Testing

/// An operator's work on the store of a supervised site.
struct Maintenance {
    let backup: String
    let importFile: String
    private let workplace: Workplace

    init(_ supervised: Supervised) {
        workplace = supervised.site.workplace
        backup = workplace.directory("backup")
        importFile = workplace.directory("many")
    }

    /// Returns what the command has printed.
    @discardableResult
    func run(_ words: [String]) async throws -> String {
        let outcome = try await Program.run(Program.warehousectl, words + ["--store", workplace.store])
        try #require(outcome.exitCode == 0, "\(words): \(outcome.error)")
        return outcome.output
    }

    func writeImportFile(_ count: Int) throws {
        let example = try Fixture.text("connections.ndjson").prefix { $0 != "\n" } + "\n"
        guard FileManager.default.createFile(atPath: importFile, contents: nil) else { throw TimedOut() }
        let file = try FileHandle(forWritingTo: URL(filePath: importFile))
        for number in 1001...1000 + count {
            let line = example.replacing("\"organisation\":1,", with: "\"organisation\":\(number),", maxReplacements: 1)
                .replacing("wc_abc123", with: "wc_many\(number)", maxReplacements: 1)
            try file.write(contentsOf: Data(line.utf8))
        }
    }

    /// Makes it a store of the first schema, as the version before this one has left it.
    func turnBackSchema() async throws {
        try await workplace.sql(
            """
            BEGIN IMMEDIATE;
            DROP TABLE audit;
            DELETE FROM warehouse_type WHERE name = 'clickhouse';
            DELETE FROM grdb_migrations WHERE identifier LIKE '2 %';
            UPDATE store SET version = 1;
            COMMIT
            """
        )
    }

    /// Gives organisation 2 a new key again and again, as a client would take it up: both work until the old one is
    /// revoked, and the new one goes on.
    func rotateKey(_ times: Int) async throws -> (answers: Int, refused: Int) {
        var (answers, refused) = (0, 0)
        func ask(_ keys: String...) throws {
            for key in keys {
                for _ in 1...20 {
                    answers += 1
                    if try status(key) != 200 { refused += 1 }
                }
            }
        }
        var old = workplace.keys[2] ?? ""
        for _ in 1...times {
            let made = try await run(["key", "create", "--organisation", "2"])
            let new = made.trimmingCharacters(in: .newlines)
            try ask(old, new)
            try await run(["key", "revoke", old.keyID])
            #expect(try status(old) == 401)
            try ask(new)
            old = new
        }
        return (answers, refused)
    }

    private func status(_ key: String) throws -> Int {
        try workplace.ask(Workplace.list(2), key: nil, [("HTTP_AUTHORIZATION", "Api-Key \(key)")]).status
    }
}
