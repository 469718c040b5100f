import Foundation
import GRDB
import TestSupport
import Testing
import WarehouseConnections

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1)))
struct StoreInspectorTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let inspector: StoreInspector
    private let reader: SQLiteReader

    init() throws {
        directory = try TemporaryDirectory()
        path = directory("store.sqlite")
        inspector = StoreInspector(path: path)
        reader = SQLiteReader(path: path, inspector: inspector)
        _ = try SQLiteWriter.initialise(path: path)
        try SQLiteWriter(path: path).transaction { transaction in
            for number in 1...50 {
                try transaction.put(.sample(id: "wc_n\(number)"), for: OrganisationID(Int64(number)) ?? 1)
            }
        }
    }

    /// As a request does.
    private func connection(of organisation: OrganisationID) throws -> WarehouseConnection? {
        _ = try reader.revision()
        return try reader.connection(of: organisation)
    }

    /// Inspects until something is found; a check may have to wait for twenty times the duration of the one before.
    private func inspect() throws -> StoreInspector.Report {
        while true {
            if let report = inspector.inspect() { return report }
            usleep(1_000)
        }
    }

    /// Writes noise over what SQLite has read already.
    private func damage(at offset: UInt64) throws -> Data {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        let before = try #require(try file.read(upToCount: 4096))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }))
        return before
    }

    private func repair(at offset: UInt64, _ bytes: Data) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: bytes)
    }

    @Test
    func checksOnceAndThenWhenTheFilesHaveChanged() throws {
        #expect(inspector.lastReport == nil)
        let report = try inspect()
        try report.outcome.get()
        #expect(inspector.lastReport != nil)
        // Its own look at the store changes nothing: no check is due, though a change would be worth one by now.
        Thread.sleep(forTimeInterval: report.duration * 20 / .seconds(1))
        #expect(inspector.inspect() == nil)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(status: .connected), for: 1) }
        try inspect().outcome.get()
    }

    @Test(arguments: [0, 4096 * 3, 4096 * 9])
    func findsNoiseInPagesThatReadersRemember(_ offset: UInt64) throws {
        for number in 1...50 { _ = try connection(of: OrganisationID(Int64(number)) ?? 1) }
        let before = try damage(at: offset)
        let report = try inspect()
        guard case .failure(let failure) = report.outcome else {
            Issue.record("noise at \(offset) was not found")
            return
        }
        #expect(throws: failure) { try connection(of: 1) }
        #expect(throws: failure) { try reader.schemaVersion() }
        #expect("\(failure)".contains(path))
        #expect(!"\(failure)".contains("\n"))
        try repair(at: offset, before)
        try inspect().outcome.get()
        #expect(try connection(of: 1) != nil)
    }

    @Test
    func letsReadersSeeThroughARepairByRename() throws {
        try FileManager.default.copyItem(atPath: path, toPath: directory("good"))
        _ = try damage(at: 4096 * 3)
        let report = try inspect()
        #expect(throws: StoreError.self) { try report.outcome.get() }
        #expect(throws: StoreError.self) { try connection(of: 1) }
        let result = unsafe rename(directory("good"), path)
        #expect(result == 0)
        // What was found is not true of this file.
        #expect(try connection(of: 1) != nil)
    }

    @Test
    func makesReadersOpenAnIndexThatWasMadeAnew() throws {
        try inspect().outcome.get()
        #expect(try connection(of: 1)?.status == .pendingCustomerSetup)
        for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
        try SQLiteWriter(path: path).transaction {
            try $0.put(.sample(id: "wc_n1", status: .connected), for: 1)
        }
        _ = inspector.inspect()
        #expect(try connection(of: 1)?.status == .connected)
    }

    @Test
    func looksAgainWhenTheCheckItselfHasFailed() throws {
        let other = try DatabaseQueue(path: path)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
            let report = try inspect()
            #expect(throws: StoreError.locked(store: path)) { try report.outcome.get() }
            try database.execute(sql: "COMMIT")
        }
        try other.close()
        // It says nothing against the store, and nothing has to change for another look.
        #expect(try connection(of: 1) != nil)
        try inspect().outcome.get()
    }

    @Test
    func reportsAStoreThatIsMissing() throws {
        let away = directory("away")
        try FileManager.default.moveItem(atPath: path, toPath: away)
        let report = try inspect()
        #expect(throws: StoreError.missing(store: path)) { try report.outcome.get() }
        try FileManager.default.moveItem(atPath: away, toPath: path)
        #expect(try connection(of: 1) != nil)
        try inspect().outcome.get()
    }
}
