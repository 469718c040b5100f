import Foundation
import TestSupport
import Testing

/// A key's life: made, used, rotated, revoked, while the responder runs.
@Suite(.timeLimit(.minutes(2)))
struct KeyTests {
    @Test
    func worksAtTheNextRequestAndFailsAfterItsRevocation() async throws {
        try await Site.with { site in
            let made = try await key(["create", "--organisation", "1", "--label", "second", "--json"], site)
            let members = try JSONDecoder().decode([String: JSONValue].self, from: Data(made.output.utf8))
            #expect(members.keys.sorted() == ["expires_at", "key", "key_id", "organisation"])
            let secret = members["key"]?.text ?? ""
            let header = [
                "--header", "Authorization: Api-Key \(secret)", "--write-out", "%{http_code}", "--output", "/dev/null",
            ]
            #expect(try await site.curl(Workplace.list(1), header, key: nil).output == "200")
            // The first key lives on beside it: that is how keys are rotated.
            #expect(
                try await site.curl(Workplace.list(1), ["--write-out", "%{http_code}", "--output", "/dev/null"]).output
                    == "200"
            )
            let id = members["key_id"]?.text ?? ""
            let revoked = try await key(["revoke", id], site)
            #expect(revoked.output.hasPrefix("key \(id) of organisation 1: revoked 20"))
            #expect(try await site.curl(Workplace.list(1), header, key: nil).output == "401")
            #expect(
                try await site.curl(Workplace.list(1), ["--write-out", "%{http_code}", "--output", "/dev/null"]).output
                    == "200"
            )
        }
    }

    /// The key is stored by then, and lost if it is not shown.
    @Test
    func isShownWhereTheNoteCannotBe() async throws {
        let workplace = try await Workplace()
        let script = #"exec "$0" key create --organisation 1 --store "$1" 2>/dev/full"#
        let made = try await Program.run("sh", ["-c", script, Program.warehousectl, workplace.store])
        #expect(made.exitCode == 0)
        let key = made.output.trimmingCharacters(in: .newlines)
        let own = [("HTTP_AUTHORIZATION", "Api-Key \(key)")]
        let answer = try await workplace.withResponder { _ in try workplace.ask(Workplace.list(1), key: nil, own) }
        #expect(answer.result.status == 200)
    }

    @Test
    func isShownOnceAndNeverStored() async throws {
        let workplace = try await Workplace()
        let made = try await Program.run(
            Program.warehousectl,
            ["key", "create", "--organisation", "1", "--label", "a label", "--store", workplace.store]
        )
        let text = made.output.trimmingCharacters(in: .newlines)
        #expect(text.count == 67)
        #expect(made.error.contains("works until 20"))
        let secret = String(text.dropFirst(17).prefix(43))
        #expect(!made.error.contains(secret))
        let listed = try await Program.run(Program.warehousectl, ["key", "list", "--store", workplace.store])
        #expect(listed.output.contains("\(text.keyID)  1             live   20"))
        #expect(listed.output.contains("  a label\n"))
        #expect(!listed.output.contains(secret))
        for suffix in ["", "-wal", "-shm"] {
            let bytes = try Data(contentsOf: URL(filePath: workplace.store + suffix))
            #expect(bytes.firstRange(of: Data(secret.utf8)) == nil)
        }
        let ofTwo = try await Program.run(
            Program.warehousectl,
            ["key", "list", "--organisation", "2", "--json", "--store", workplace.store]
        )
        #expect(ofTwo.output.components(separatedBy: "key_id").count == 2)
    }

    @Test(arguments: [
        (["create"], 64, "Missing expected argument '--organisation <organisation>'"),
        (["create", "--organisation", "0"], 64, "The value '0' is invalid for '--organisation <organisation>'"),
        (
            ["create", "--organisation", "1", "--expires-in", "0d"], 64,
            "The value '0d' is invalid for '--expires-in <time>'"
        ),
        (["create", "--organisation", "1", "--expires-in", "5000000000d"], 64, "The value '5000000000d' is invalid"),
        (
            ["create", "--organisation", "1", "--expires-in", "4000000000d"], 64,
            "--expires-in 4000000000d: ends beyond"
        ),
        (
            ["create", "--organisation", "1", "--expires-in", "1d", "--no-expiry"], 64,
            "give --expires-in or --no-expiry"
        ),
        (["create", "--organisation", "1", "--label", "a\nb"], 64, "--label has a control character"),
        (["revoke"], 64, "Missing expected argument '<key-id>'"),
        (["revoke", "short"], 64, "The value 'short' is invalid for '<key-id>'"),
        (["revoke", "000000000000"], 1, "there is no key 000000000000: see warehousectl key list"),
    ])
    func explainsItselfOnOneLine(_ arguments: [String], _ exitCode: Int32, _ message: String) async throws {
        let workplace = try await Workplace()
        let before = try await Program.run(Program.warehousectl, ["key", "list", "--store", workplace.store]).output
        let outcome = try await Program.run(Program.warehousectl, ["key"] + arguments + ["--store", workplace.store])
        #expect(outcome.exitCode == exitCode)
        #expect(outcome.error.hasPrefix("warehousectl: \(message)"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
        let after = try await Program.run(Program.warehousectl, ["key", "list", "--store", workplace.store]).output
        #expect(after == before)
    }

    private func key(_ arguments: [String], _ site: Site) async throws -> Outcome {
        try await Program.run(Program.warehousectl, ["key"] + arguments + ["--store", site.workplace.store])
    }
}

private enum JSONValue: Decodable {
    case text(String)
    case other

    init(from decoder: any Decoder) throws {
        self = (try? decoder.singleValueContainer().decode(String.self)).map { .text($0) } ?? .other
    }

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}
