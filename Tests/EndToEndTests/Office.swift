import Foundation
import TestSupport
import Testing

/// A workplace with a store of secrets.
struct Office {
    let workplace: Workplace
    let secretStore: String
    private let key: String

    init() async throws {
        workplace = try await Workplace()
        secretStore = workplace.directory("secrets.sqlite")
        // Beside the workplace: the search for secrets is not for the one file that opens them.
        keyDirectory = try TemporaryDirectory()
        key = keyDirectory("key")
        _ = try await run("secrets", "init", "--sealing-key-file", key)
    }

    private let keyDirectory: TemporaryDirectory

    var stores: [String] { ["--store", workplace.store, "--secrets", secretStore] }

    /// The tool's outcome. Each command gets the options that it takes.
    func `try`(_ command: String, _ words: [String] = []) async throws -> Outcome {
        let options =
            switch command {
            case "create", "update", "delete": stores + ["--actor", "tester"]
            case "secrets": ["--secrets", secretStore]
            default: ["--store", workplace.store]
            }
        return try await Program.run(Program.warehousectl, [command] + words + options)
    }

    /// The same, which must succeed.
    @discardableResult
    func run(_ command: String, _ words: [String] = []) async throws -> Outcome {
        let outcome = try await self.try(command, words)
        try #require(outcome.exitCode == 0, "\(command) \(words): \(outcome.error)")
        return outcome
    }

    @discardableResult
    func run(_ command: String, _ words: String...) async throws -> Outcome { try await run(command, words) }

    func list(_ organisation: Int) throws -> String {
        try workplace.ask(Workplace.list(organisation), key: organisation).body
    }

    func exists(_ organisation: Int) async throws -> Bool {
        try await self.try("show", ["--organisation", "\(organisation)"]).exitCode == 0
    }

    /// All secrets, opened.
    func secrets() async throws -> [[String: String]] {
        let exported = try await run("secrets", "export", "--sealing-key-file", key).output
        return try exported.split(separator: "\n").map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            return object.mapValues { "\($0)" }
        }
    }
}
