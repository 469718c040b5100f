import Foundation
import SecretStore
import TestSupport
import Testing
import WarehouseConnections

/// A workplace with a store of secrets.
struct Office {
    let workplace: Workplace
    let secretStore: String
    let keyFile: String

    init() async throws {
        workplace = try await Workplace()
        secretStore = workplace.directory("secrets.sqlite")
        // Beside the workplace: the search for secrets is not for the one file that opens them.
        keyDirectory = try TemporaryDirectory()
        keyFile = keyDirectory("key")
        _ = try await run("secrets", "init", "--sealing-key-file", keyFile)
    }

    private let keyDirectory: TemporaryDirectory

    var stores: [String] { ["--store", workplace.store, "--secrets", secretStore] }

    /// A command line of the tool: each command with the options that it takes.
    func words(_ command: String, _ words: [String]) -> [String] {
        let options =
            switch command {
            case "create", "update", "delete", "rotate-key": stores + ["--actor", "tester"]
            case "test": stores + ["--actor", "tester", "--sealing-key-file", keyFile]
            case "secrets": ["--secrets", secretStore]
            default: ["--store", workplace.store]
            }
        return [command] + words + options
    }

    /// The tool's outcome.
    func `try`(_ command: String, _ words: [String] = []) async throws -> Outcome {
        try await Program.run(Program.warehousectl, self.words(command, words), environment: Program.withoutProxy)
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

    /// The connection as import would read it.
    func connection(_ organisation: Int) async throws -> [String: Any] {
        let shown = try await run("show", "--organisation", "\(organisation)", "--json").output
        return try #require(try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
    }

    func exists(_ organisation: Int) async throws -> Bool {
        try await self.try("show", ["--organisation", "\(organisation)"]).exitCode == 0
    }

    /// Gives other organisations the same connection with another account and the same private key: to make a key pair
    /// for each would take minutes.
    func copy(_ organisation: Int, to others: ClosedRange<Int>, account: (Int) -> String) async throws {
        var line = try await connection(organisation)
        var config = try #require(line["config"] as? [String: Any])
        let pem = try #require(try await secrets().first { $0["organisation"] == "\(organisation)" }?["value"])
        let key = try Self.key(inPEM: pem)
        var file = Data()
        let store = try SecretStore(path: secretStore)
        for other in others {
            let id = "wc_copy\(other)"
            config["account_identifier"] = account(other)
            line.merge(["organisation": other, "id": id, "config": config]) { $1 }
            file += try JSONSerialization.data(withJSONObject: line, options: .sortedKeys) + Data("\n".utf8)
            var copy = key
            let secretID = SecretID(
                organisation: try #require(OrganisationID(Int64(other))),
                connection: try #require(ConnectionID(id)),
                name: .privateKey
            )
            try store.put(Secret(taking: &copy), for: secretID)
        }
        try file.write(to: URL(filePath: workplace.directory("copies")))
        try await run("import", workplace.directory("copies"))
    }

    /// The private key that `pem` spells.
    static func key(inPEM pem: String) throws -> Data {
        try #require(Data(base64Encoded: pem.split(separator: "\n").dropFirst().dropLast().joined()))
    }

    /// The file for passwords, which holds `password` from now on.
    func passwordFile(_ password: String) throws -> String {
        let file = workplace.directory("password")
        try password.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }

    /// All secrets, opened.
    func secrets() async throws -> [[String: String]] {
        let exported = try await run("secrets", "export", "--sealing-key-file", keyFile).output
        return try exported.split(separator: "\n").map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            return object.mapValues { "\($0)" }
        }
    }
}
