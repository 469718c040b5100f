import Foundation
import TestSupport
import Testing

/// Root works in the folder of somebody who would like root's files.
@Suite(.timeLimit(.minutes(2)), .enabled(if: getuid() == 0, "only root can do that"))
struct RootTests {
    private static let nobody: uid_t = 65_534
    private let office: Office
    private let folder: TemporaryDirectory
    private let store: String
    private let secrets: String
    /// A file that root alone may read or change.
    private let own: TemporaryDirectory
    private let target: String

    init() async throws {
        office = try await Office()
        folder = try TemporaryDirectory()
        (store, secrets) = (folder("store.sqlite"), folder("secrets.sqlite"))
        own = try TemporaryDirectory()
        target = own("target")
        try Data("root's".utf8).write(to: URL(filePath: target))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
        try #require(unsafe chown(folder.path, Self.nobody, Self.nobody) == 0)
    }

    private func run(_ words: String...) async throws -> Outcome {
        try await Program.run(Program.warehousectl, words)
    }

    private var commands: [[String]] {
        [
            ["init", "--store", store], ["import", Fixture.connections, "--store", store], ["check", "--store", store],
            ["key", "create", "--organisation", "1", "--store", store], ["backup", folder("backup"), "--store", store],
            ["backup", folder("backup"), "--replace", "--store", office.workplace.store],
            ["restore", folder("backup"), "--replace", "--store", store],
            ["restore", folder("backup"), "--store", folder("restored.sqlite")],
            ["secrets", "init", "--secrets", secrets, "--sealing-key-file", folder("key")],
            ["secrets", "backup", folder("backup of secrets"), "--secrets", secrets],
        ]
    }

    @Test
    func makesFilesOfTheFoldersOwner() async throws {
        for words in commands {
            let outcome = try await Program.run(Program.warehousectl, words)
            #expect(outcome.exitCode == 0, "\(words): \(outcome.error)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count > 12, "\(names)")
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder(name))
            #expect(attributes[.ownerAccountID] as? Int == Int(Self.nobody), "\(name)")
        }
        // What lies in root's own folders is root's.
        let ownBackup = own("backup")
        #expect(try await run("backup", ownBackup, "--store", store).exitCode == 0)
        #expect(try FileManager.default.attributesOfItem(atPath: ownBackup)[.ownerAccountID] as? Int == 0)
    }

    /// SQLite gives a log to the owner of its store; a lock, a copy and a key are opened by name.
    @Test(arguments: [
        "store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "store.sqlite-journal", "store.sqlite.lock", "backup",
        "restored.sqlite", "restored.sqlite.lock", "restored.sqlite-wal", "secrets.sqlite",
        "secrets.sqlite-journal", "secrets.sqlite.lock", "key", "backup of secrets",
    ])
    func followsNoLinkToRootsFiles(_ name: String) async throws {
        let before = try await described
        for words in commands {
            for destination in [target, own("not there")] {
                try? FileManager.default.removeItem(atPath: folder(name))
                try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: destination)
                _ = try await Program.run(Program.warehousectl, words)
                #expect(try await described == before, "\(words)")
            }
            try? FileManager.default.removeItem(atPath: folder(name))
            _ = try await Program.run(Program.warehousectl, words)
        }
    }

    /// What is in root's folder, to whom it belongs, and what it holds.
    private var described: String {
        get async throws {
            let script = #"cd "$0" && stat -c '%n %u %g %a %s' * && cat *"#
            return try await Program.run("sh", ["-c", script, own.path]).output
        }
    }
}
