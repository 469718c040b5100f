import Foundation
import GRDB
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1)))
struct StoreBackupTests {
    let directory: TemporaryDirectory
    let store: String
    let backup: String

    init() throws {
        directory = try TemporaryDirectory()
        store = directory("store.sqlite")
        backup = directory("backup")
        _ = try SQLiteWriter.initialise(path: store)
        try SQLiteWriter(path: store).transaction { try $0.put(.sample(), for: 1) }
    }

    func connections(_ path: String) throws -> [Int64] {
        var organisations: [Int64] = []
        try SQLiteReader(path: path).forEachConnection { organisation, _ in organisations.append(organisation.rawValue)
        }
        return organisations
    }

    private var files: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: directory.path)) }
    }

    @Test
    func copiesTheStoreAndLeavesNothingElse() throws {
        let before = try files
        try StoreBackup.make(of: store, at: backup)
        #expect(try connections(backup) == [1])
        #expect(try files == before.union(["backup"]))
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test
    func copiesOneMomentWhileAWriterIsInTheMiddleOfIt() throws {
        try SQLiteWriter(path: store).transaction { transaction in
            try transaction.put(.sample(id: "wc_second"), for: 2)
            try StoreBackup.make(of: store, at: backup)
        }
        #expect(try connections(backup) == [1])
        try StoreBackup.make(of: store, at: backup, replacing: true)
        #expect(try connections(backup) == [1, 2])
    }

    /// Such names were once taken for files that an earlier run had left.
    @Test
    func leavesTheFilesBesideIt() throws {
        let neighbours = [".part", ".restored", ".restored-wal"].flatMap { [backup + $0, store + $0] }
        for file in neighbours { try Data(file.utf8).write(to: URL(filePath: file)) }
        try StoreBackup.make(of: store, at: backup)
        #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .replaced)
        for file in neighbours { #expect(try Data(contentsOf: URL(filePath: file)) == Data(file.utf8)) }
    }

    @Test(arguments: [".restored", ".part"])
    func restoresABackupWhateverItsName(_ suffix: String) throws {
        let backup = store + suffix
        try StoreBackup.make(of: store, at: backup)
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: store + suffix) }
        #expect(try StoreBackup.restore(backup, to: store, replacing: false, by: "test") == .created)
        #expect(try connections(store) == [1])
        #expect(try connections(backup) == [1])
    }

    /// SQLite would take some for a URI, or for a database in memory.
    @Test
    func makesPlainFilesWhateverTheirNames() throws {
        for name in ["file:x", ":memory:", "a b", "é", "x?mode=ro", "100%"] {
            let (path, copy) = (directory(name), directory(name + " copy"))
            _ = try SQLiteWriter.initialise(path: path)
            try SQLiteWriter(path: path).transaction { try $0.put(.sample(), for: 1) }
            try StoreBackup.make(of: path, at: copy)
            #expect(try connections(copy) == [1])
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
        }
    }

    @Test
    func leavesWhatIsThere() throws {
        try Data("mine".utf8).write(to: URL(filePath: backup))
        #expect(throws: StoreError.self) { try StoreBackup.make(of: store, at: backup) }
        #expect(throws: StoreError.self) { try StoreBackup.make(of: store, at: store, replacing: true) }
        #expect(throws: StoreError.self) { try StoreBackup.make(of: directory("none"), at: backup, replacing: true) }
        #expect(throws: StoreError.self) { try StoreBackup.make(of: store, at: directory("no/such/place")) }
        let other = directory("other.sqlite")
        _ = try SQLiteWriter.initialise(path: other)
        #expect(throws: StoreError.self) { try StoreBackup.make(of: store, at: other, replacing: true) }
        #expect(try connections(other) == [])
        #expect(try String(contentsOfFile: backup, encoding: .utf8) == "mine")
        #expect(try connections(store) == [1])
    }

    @Test
    func makesTheStoreThatIsMissing() throws {
        try StoreBackup.make(of: store, at: backup)
        let other = directory("other.sqlite")
        #expect(try StoreBackup.restore(backup, to: other, replacing: false, by: "test") == .created)
        #expect(try connections(other) == [1])
        try SQLiteWriter(path: other).transaction { try $0.put(.sample(id: "wc_second"), for: 2) }
        #expect(try FileManager.default.attributesOfItem(atPath: other)[.posixPermissions] as? Int == 0o640)
        // Readers of another user can't make them.
        #expect(FileManager.default.fileExists(atPath: other + "-shm"))
    }

    @Test
    func replacesASoundStoreUnderItsReaders() throws {
        let reader = SQLiteReader(path: store)
        #expect(try reader.connection(of: 1) != nil)
        try StoreBackup.make(of: store, at: backup)
        try SQLiteWriter(path: store).transaction { transaction in
            for number in 2...200 {
                try transaction.put(.sample(id: "wc_n\(number)"), for: OrganisationID(Int64(number)) ?? 1)
            }
        }
        #expect(try reader.connection(of: 200) != nil)
        let before = try FileIdentity(ofStore: store)
        #expect(throws: StoreError.self) { try StoreBackup.restore(backup, to: store, replacing: false, by: "test") }
        #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .replaced)
        #expect(try FileIdentity(ofStore: store).isSameFile(as: before))
        #expect(try reader.connection(of: 200) == nil)
        #expect(try reader.connection(of: 1) == .sample())
        #expect(try connections(store) == [1])
    }

    @Test(arguments: [
        "printf noise | dd of=$S conv=notrunc status=none",
        "head -c 4096 /dev/urandom | dd of=$S bs=4096 seek=2 conv=notrunc status=none",
        "truncate -s 8000 $S",
        ": > $S",
    ])
    func exchangesAStoreThatIsDamaged(_ damage: String) throws {
        try StoreBackup.make(of: store, at: backup)
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", damage]
        shell.environment = ["S": store, "PATH": "/usr/bin:/bin"]
        try shell.run()
        shell.waitUntilExit()
        #expect(throws: StoreError.self) { try SQLiteReader(path: store).checkFile() }
        let kept = store + ".damaged"
        #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .exchanged(kept: kept))
        #expect(try connections(store) == [1])
        #expect(FileManager.default.fileExists(atPath: kept))
        try SQLiteWriter(path: store).transaction { try $0.put(.sample(id: "wc_second"), for: 2) }
    }

    @Test
    func leavesTheStoreWhenTheBackupIsBad() throws {
        try Data("no backup".utf8).write(to: URL(filePath: backup))
        #expect(throws: StoreError.self) { try StoreBackup.restore(backup, to: store, replacing: true, by: "test") }
        #expect(throws: StoreError.self) { try StoreBackup.restore(store, to: store, replacing: true, by: "test") }
        #expect(throws: StoreError.missingBackup(file: directory("none"))) {
            try StoreBackup.restore(directory("none"), to: store, replacing: true, by: "test")
        }
        #expect(try connections(store) == [1])
    }

    @Test
    func leavesAFileThatNeverWasAStore() throws {
        try StoreBackup.make(of: store, at: backup)
        let other = directory("passwd")
        try Data("root:x:0:0".utf8).write(to: URL(filePath: other))
        let before = try files
        #expect(throws: StoreError.foreign(store: other, found: "no SQLite database")) {
            try StoreBackup.restore(backup, to: other, replacing: true, by: "test")
        }
        #expect(try files == before)
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "root:x:0:0")
    }

    @Test
    func waitsForNoOtherWriter() throws {
        try StoreBackup.make(of: store, at: backup)
        let lock = try WriteLock(store: store)
        try StoreBackup.make(of: store, at: backup, replacing: true)
        _ = consume lock
        #expect(try connections(backup) == [1])
    }
}
