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
        #expect(failures.withLock { $0 }.isEmpty)
        #expect(try connections(backup) == [1])
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.allSatisfy { $0 == "backup" || $0.hasPrefix("store.sqlite") }, "\(names)")
    }
}
