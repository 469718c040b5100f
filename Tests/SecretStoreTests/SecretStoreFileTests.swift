import Foundation
import GRDB
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@testable import SecretStore

/// What lies at the path, and what lies in the files.
@Suite(.timeLimit(.minutes(1)))
struct SecretStoreFileTests {
    private let site: Site

    init() throws { site = try Site() }

    @Test
    func leavesNoPlainTextInAnyFile() throws {
        let plain = "-----BEGIN PRIVATE KEY-----\nMIIJQgIBADANBgkqhkiG9w0BAQEFAASC \(UUID().uuidString)"
        let store = try SecretStore(path: site.store)
        try store.put(Secret(plain), for: .sample())
        try expectNothing(of: plain)
        try store.put(Secret(plain + "2"), for: .sample(), replacing: true)
        try store.put(Secret(plain), for: .sample(2))
        _ = try store.reseal(with: site.key, to: site.directory("new"))
        try expectNothing(of: plain)
        try store.backup(to: site.directory("backup"))
        try store.delete(.sample())
        try expectNothing(of: plain)
    }

    /// Whole or in pieces of 16 bytes; raw, in hexadecimal, or in base64 from any of three places on.
    private func expectNothing(of plain: String) throws {
        for name in try site.files {
            let content = try site.content(name)
            let bytes = Array(plain.utf8)
            for start in stride(from: 0, to: bytes.count - 18, by: 8) {
                let piece = Data(bytes[start..<start + 18])
                let hexadecimal = Hexadecimal.text(Array(piece)[...])
                let forms =
                    [piece, Data(hexadecimal.utf8), Data(hexadecimal.uppercased().utf8)]
                    + (0..<3).map { Data(piece.dropFirst($0).prefix(15).base64EncodedString().utf8) }
                for form in forms { #expect(content.range(of: form) == nil, "\(name)") }
            }
        }
    }

    @Test
    func leavesNothingOfWhatWasDeletedOrReplaced() throws {
        let store = try SecretStore(path: site.store)
        func ciphertexts() throws -> [Data] {
            try store.database.read { try Data.fetchAll($0, sql: "SELECT ciphertext FROM secret") }
        }
        for (text, organisation) in [("short", 1), (String(repeating: "long", count: 4_000), 2), ("other", 3)] {
            try store.put(Secret(text), for: .sample(Int64(organisation)))
        }
        var gone = try ciphertexts()
        _ = try store.reseal(with: site.key, to: site.directory("new"))
        gone += try ciphertexts()
        try store.put(Secret("another"), for: .sample(3), replacing: true)
        let first = SecretID.sample(1)
        try store.delete(of: first.organisation, first.connection)
        try store.delete(.sample(2))
        #expect(gone.count == 6)
        for name in try site.files {
            let content = try site.content(name)
            for ciphertext in gone {
                for start in stride(from: 0, to: ciphertext.count - 16, by: 64) {
                    #expect(content.range(of: ciphertext[start..<start + 16]) == nil, "\(name)")
                }
            }
        }
    }

    @Test
    func copiesItself() throws {
        let backup = site.directory("backup")
        let store = try SecretStore(path: site.store)
        try store.put(Secret("one"), for: .sample())
        try site.write("mine", to: "backup.part")
        try store.backup(to: backup)
        #expect(try site.mode("backup") == 0o600)
        #expect(try site.files == ["secrets.sqlite", "secrets.sqlite.lock", "key", "backup", "backup.part"])
        #expect(try site.content("backup.part") == Data("mine".utf8))
        #expect(try SecretStore(path: backup).open(.sample(), with: site.key) == Secret("one"))
        // It is a store now.
        #expect(throws: SecretStoreError.self) { try store.backup(to: backup, replacing: true) }
        try FileManager.default.removeItem(atPath: backup + ".lock")

        try store.put(Secret("two"), for: .sample(2))
        let before = try site.content("backup")
        #expect(throws: SecretStoreError.self) { try store.backup(to: backup) }
        #expect(throws: SecretStoreError.self) { try store.backup(to: site.store, replacing: true) }
        #expect(throws: SecretStoreError.self) { try store.backup(to: site.directory("no/such/place")) }
        #expect(try site.content("backup") == before)
        try store.backup(to: backup, replacing: true)
        #expect(try SecretStore(path: backup).identities() == [.sample(1), .sample(2)])
    }

    @Test
    func tellsWhatLiesThere() throws {
        let path = site.directory("other")
        #expect(throws: SecretStoreError.missing(store: path)) { try SecretStore(path: path) }
        #expect(throws: SecretStoreError.foreign(store: site.directory.path, found: "no file")) {
            try SecretStore(path: site.directory.path)
        }
        try site.write("", to: "other")
        #expect(throws: SecretStoreError.unfinished(store: path)) { try SecretStore(path: path) }
        for text in ["root:x:0:0", String(repeating: "root:x:0:0\n", count: 1_000)] {
            try site.write(text, to: "other")
            let before = try site.files
            let error = SecretStoreError.foreign(store: path, found: "no SQLite database")
            #expect(throws: error) { try SecretStore(path: path) }
            #expect(throws: error) {
                try SecretStore.initialise(path: path, sealingKeyFile: site.directory("other key"))
            }
            #expect(try site.files == before)
        }
        try FileManager.default.removeItem(atPath: path)
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE connection (id)") }
        let before = try site.files
        let error = SecretStoreError.foreign(store: path, found: "another SQLite database")
        #expect(throws: error) { try SecretStore(path: path) }
        #expect(throws: error) { try SecretStore.initialise(path: path, sealingKeyFile: site.directory("other key")) }
        #expect(try site.files == before)
    }

    @Test
    func refusesANewerStore() throws {
        try DatabaseQueue(path: site.store).write { try $0.execute(sql: "UPDATE store SET version = 2") }
        #expect(throws: SecretStoreError.tooNew(store: site.store, version: 2)) { try SecretStore(path: site.store) }
        #expect(throws: SecretStoreError.tooNew(store: site.store, version: 2)) {
            try SecretStore.initialise(path: site.store, sealingKeyFile: site.directory("other"))
        }
    }

    @Test
    func noticesDamage() throws {
        let store = try SecretStore(path: site.store)
        for number in 1...50 { try store.put(Secret("x"), for: .sample(Int64(number))) }
        try store.check()
        try store.backup(to: site.directory("whole"))
        let size = try site.content("whole").count
        for cut in [size - 100, size - 4_096, 4_096, 200] {
            try site.content("whole").prefix(cut).write(to: URL(filePath: site.directory("cut")))
            #expect(throws: SecretStoreError.self, "\(cut)") { try SecretStore(path: site.directory("cut")) }
        }
        var content = try site.content("whole")
        content.replaceSubrange((size - 4_096)..., with: Data(repeating: 0xA5, count: 4_096))
        try content.write(to: URL(filePath: site.directory("overwritten")))
        #expect(throws: SecretStoreError.self) { try SecretStore(path: site.directory("overwritten")).check() }
    }
}
