import Foundation
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@Suite(.timeLimit(.minutes(1)))
struct WriteLockTests {
    @Test
    func isHeldByOneAtATime() throws {
        let directory = try TemporaryDirectory()
        let store = directory("store")
        let lock = try WriteLock(store: store)
        #expect(throws: StoreError.locked(store: store)) { _ = try WriteLock(store: store, patience: .zero) }
        _ = consume lock
        _ = try WriteLock(store: store, patience: .zero)
        #expect(try FileManager.default.attributesOfItem(atPath: store + ".lock")[.posixPermissions] as? Int == 0o600)
    }

    @Test
    func cannotBeMadeWhereThereIsNoDirectory() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: StoreError.self) { _ = try WriteLock(store: directory("no/such/store")) }
        try FileManager.default.createDirectory(atPath: directory("store.lock"), withIntermediateDirectories: false)
        #expect(throws: StoreError.cannotCreate(store: directory("store.lock"), reason: "Is a directory")) {
            _ = try WriteLock(store: directory("store"))
        }
    }
}
