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
    /// The store that it changes.
    var store: @Sendable (Office) -> String = { $0.workplace.store }
    /// Whether that is sound before the change.
    var hasStore = true
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
        elsewhere("restore where no store is") { _ in },
        elsewhere("restore in the place of a damaged store") { store in
            try Data("noise".utf8).write(to: URL(filePath: store))
            // That somebody has written to it: without it it would be no store's place.
            try Data().write(to: URL(filePath: store + ".lock"))
        },
    ]

    /// A restore of a store that no responder serves; `make` leaves at its path what is there before.
    private static func elsewhere(
        _ description: String,
        make: @Sendable @escaping (String) throws -> Void
    ) -> FailingChange {
        let store: @Sendable (Office) -> String = { $0.workplace.directory("other.sqlite") }
        return FailingChange(
            description: description,
            isQuick: false,
            store: store,
            hasStore: false,
            prepare: { office in
                let names = try FileManager.default.contentsOfDirectory(atPath: office.workplace.directory.path)
                for name in names where name.hasPrefix("other.sqlite") && name != "other.sqlite.lock" {
                    try FileManager.default.removeItem(atPath: office.workplace.directory(name))
                }
                try make(store(office))
            },
            words: { office, _ in
                ["restore", office.workplace.directory("backup"), "--replace", "--store", store(office)]
            },
            isDone: { $1.connections.count > $0.connections.count && $1.audit.last?.action == .restore }
        )
    }
}
