import Foundation
import TestSupport
import Testing
import WarehouseConnections

/// A command that writes, and what shows that it has done so.
struct FailingChange: CustomTestStringConvertible, CustomStringConvertible, Sendable {
    let description: String
    /// Whether every run of the tests tries it, or only a long one.
    let isQuick: Bool
    /// Whether it changes the store of secrets, too.
    var changesSecrets = false
    /// What must be there before, each time.
    var prepare: @Sendable (Office) async throws -> Void = { _ in }
    /// The command line that makes a change which has not been there before.
    let words: @Sendable (Office, _ number: Int) throws -> [String]
    /// Whether the whole change lies between the two.
    let isDone: @Sendable (_ before: StoreContent, _ after: StoreContent) -> Bool

    var testDescription: String { description }

    static let all = [
        FailingChange(
            description: "import",
            isQuick: true,
            words: { office, number in
                let file = office.workplace.directory("generation")
                try Generations().lines(number).write(toFile: file, atomically: false, encoding: .utf8)
                return office.words("import", [file, "--replace"])
            },
            isDone: { $1.audit.count == $0.audit.count + Generations.count && $1.connections != $0.connections }
        ),
        FailingChange(
            description: "key create",
            isQuick: false,
            words: { office, _ in office.words("key", ["create", "--organisation", "4"]) },
            isDone: { $1.keys.count == $0.keys.count + 1 && $1.audit.count == $0.audit.count + 1 }
        ),
        FailingChange(
            description: "a new password",
            isQuick: true,
            changesSecrets: true,
            words: { office, number in
                let file = office.workplace.directory("password")
                try "password-\(number)".write(toFile: file, atomically: false, encoding: .utf8)
                let fields = ["--host", "h\(number).example.com", "--password-file", file]
                return office.words("update", ["--organisation", "5"] + fields)
            },
            isDone: { $1.connections[5] != $0.connections[5] && $1.audit.count == $0.audit.count + 1 }
        ),
        FailingChange(
            description: "delete",
            isQuick: false,
            changesSecrets: true,
            prepare: { office in
                guard try await !office.exists(6) else { return }
                let file = office.workplace.directory("password")
                let fields = ["--type", "clickhouse", "--host", "h.example.com", "--password-file", file]
                try await office.run("create", ["--organisation", "6"] + fields)
            },
            words: { office, _ in office.words("delete", ["--organisation", "6", "--yes"]) },
            isDone: { $0.connections[6] != nil && $1.connections[6] == nil && $1.audit.count == $0.audit.count + 1 }
        ),
        FailingChange(
            description: "backup",
            isQuick: false,
            words: { office, _ in office.words("backup", [office.workplace.directory("backup"), "--replace"]) },
            isDone: { $0 == $1 }
        ),
        FailingChange(
            description: "restore",
            isQuick: true,
            // Which the backup has not.
            prepare: { try await $0.run("key", "create", "--organisation", "4") },
            words: { office, _ in office.words("restore", [office.workplace.directory("backup"), "--replace"]) },
            isDone: { $1.keys.count < $0.keys.count && $1.audit.last?.action == .restore }
        ),
    ]
}
