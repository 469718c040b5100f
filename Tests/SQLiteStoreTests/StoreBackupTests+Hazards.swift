import Dispatch
import Foundation
import GRDB
import StoreFiles
import Synchronization
import TestSupport
import Testing
import WarehouseConnections

@testable import SQLiteStore

/// What has gone wrong around a backup or a restore.
extension StoreBackupTests {
    /// A store whose last change is in its log alone, because somebody was reading.
    private func addUnfinishedLog() throws {
        let reader = try SQLiteReader.open(store)
        try reader.unsafeRead { database in
            try database.execute(sql: "BEGIN; SELECT * FROM store")
            try SQLiteWriter(path: store).transaction { transaction in
                for number in 2...200 {
                    try transaction.put(.sample(id: "wc_n\(number)"), for: OrganisationID(Int64(number)) ?? 1)
                }
            }
            try database.execute(sql: "COMMIT")
        }
        try #require(try FileIdentity(ofStore: store + "-wal").size > 0)
    }

    @Test
    func readsNoLogOfTheStoreThatIsGone() throws {
        try StoreBackup.make(of: store, at: backup)
        try addUnfinishedLog()
        try FileManager.default.moveItem(atPath: store, toPath: directory("away"))
        #expect(try StoreBackup.restore(backup, to: store, replacing: false, by: "test") == .created)
        #expect(try connections(store) == [1])
    }

    @Test
    func keepsEveryDamagedStoreWithItsLog() throws {
        try StoreBackup.make(of: store, at: backup)
        for kept in [store + ".damaged", store + ".damaged-2"] {
            try addUnfinishedLog()
            // What is in the log as well would be read from there.
            let size = Int(try FileIdentity(ofStore: store).size)
            try Data(repeating: 0xAB, count: size).write(to: URL(filePath: store))
            #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .exchanged(kept: kept))
            #expect(try connections(store) == [1])
            #expect(try FileIdentity(ofStore: kept + "-wal").size > 0)
        }
    }

    /// It would write into another file, or give the backup to somebody else.
    @Test(arguments: ["symbolic link", "hard link"])
    func writesThroughNoLink(_ kind: String) throws {
        let (part, other) = (backup + ".part", directory("other"))
        try Data("other".utf8).write(to: URL(filePath: other))
        if kind == "hard link" {
            try FileManager.default.linkItem(atPath: other, toPath: part)
        } else {
            try FileManager.default.createSymbolicLink(atPath: part, withDestinationPath: other)
        }
        try expectRefusal(of: part)
        #expect(try Data(contentsOf: URL(filePath: other)) == Data("other".utf8))
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a file away"))
    func writesIntoNoFileOfSomebodyElse() throws {
        let part = backup + ".part"
        try Data("other".utf8).write(to: URL(filePath: part))
        try #require(unsafe chown(part, 65_534, 65_534) == 0)
        try expectRefusal(of: part)
    }

    private func expectRefusal(of part: String) throws {
        let refusal = StoreError.cannotCreate(store: part, reason: "somebody else has made it: remove it")
        #expect(throws: refusal) { try StoreBackup.make(of: store, at: backup) }
        #expect(!FileManager.default.fileExists(atPath: backup))
        try FileManager.default.removeItem(atPath: part)
        try StoreBackup.make(of: store, at: backup)
    }

    @Test
    func goesOnWhereAnExchangeWasCutOff() throws {
        try StoreBackup.make(of: store, at: backup)
        try addUnfinishedLog()
        // After the store's own file was set aside, and before its log was.
        try FileManager.default.moveItem(atPath: store, toPath: store + ".damaged")
        #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .created)
        #expect(try connections(store) == [1])
        #expect(FileManager.default.fileExists(atPath: store + ".damaged"))
    }

    @Test
    func readsNoLogThatAnInterruptedRestoreHasLeft() throws {
        try StoreBackup.make(of: store, at: backup)
        try addUnfinishedLog()
        for suffix in ["", "-wal", "-shm"] {
            try FileManager.default.copyItem(atPath: store + suffix, toPath: store + ".restored" + suffix)
        }
        #expect(try StoreBackup.restore(backup, to: store, replacing: true, by: "test") == .replaced)
        #expect(try connections(store) == [1])
    }

    @Test
    func worksByASymbolicLink() throws {
        let link = directory("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: store)
        try addUnfinishedLog()
        try SQLiteReader(path: link).checkFile()
        try StoreBackup.make(of: link, at: backup)
        #expect(try connections(backup).count == 200)
        try (Data("noise".utf8) + Data(count: 8192)).write(to: URL(filePath: store))
        let restored = try StoreBackup.restore(backup, to: link, replacing: true, by: "test")
        let target = withoutLinks(store)
        #expect(restored == .exchanged(kept: target + ".damaged"))
        #expect(try connections(store).count == 200)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == store)
    }

    @Test
    func takesOneTurnAfterTheOther() throws {
        let failures = Mutex<[StoreError]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { [store, backup] _ in
            do throws(StoreError) {
                try StoreBackup.make(of: store, at: backup, replacing: true)
            } catch {
                failures.withLock { $0.append(error) }
            }
        }
        let others = failures.withLock { $0 }.filter { $0 != .locked(store: backup + ".part") }
        #expect(others.isEmpty, "\(others)")
        #expect(try connections(backup) == [1])
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: backup + ".part"))
    }
}
