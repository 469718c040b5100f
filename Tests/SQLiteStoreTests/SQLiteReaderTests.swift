import Dispatch
import Foundation
import GRDB
import TestSupport
import Testing
import WarehouseConnections

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1)))
struct SQLiteReaderTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let reader: SQLiteReader

    init() throws {
        directory = try TemporaryDirectory()
        path = directory("store.sqlite")
        reader = SQLiteReader(path: path)
        _ = try SQLiteWriter.initialise(path: path)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(), for: 1) }
    }

    /// As a request does.
    private func connection(of organisation: OrganisationID) throws -> WarehouseConnection? {
        _ = try reader.revision()
        return try reader.connection(of: organisation)
    }

    @Test
    func seesAChangeAtItsNextCall() throws {
        #expect(try reader.connection(of: 1)?.status == .pendingCustomerSetup)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(status: .connected), for: 1) }
        #expect(try reader.connection(of: 1)?.status == .connected)
    }

    @Test
    func readsWhileAWriterIsInTheMiddleOfIt() throws {
        try SQLiteWriter(path: path).transaction { transaction in
            try transaction.put(.sample(status: .connected), for: 1)
            #expect(try reader.connection(of: 1)?.status == .pendingCustomerSetup)
        }
    }

    @Test
    func holdsNoLockBetweenCalls() throws {
        _ = try reader.connection(of: 1)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(status: .connected), for: 1) }
        // The checkpoint at its end had nobody to wait for.
        #expect(try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int == 0)
    }

    @Test
    func neverWrites() throws {
        _ = try reader.connection(of: 1)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(Set(files) == ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "store.sqlite.lock"])
    }

    @Test
    func recoversWhenTheStoreComesBack() throws {
        _ = try connection(of: 1)
        try FileManager.default.moveItem(atPath: path, toPath: directory("away"))
        #expect(throws: StoreError.missing(store: path)) { try connection(of: 1) }
        #expect(throws: StoreError.missing(store: path)) { try reader.schemaVersion() }
        try FileManager.default.moveItem(atPath: directory("away"), toPath: path)
        #expect(try connection(of: 1) == .sample())
    }

    /// As when it goes away between the look at its name and the look inside, or during that.
    @Test(arguments: [ResultCode.SQLITE_CANTOPEN, .SQLITE_IOERR])
    func saysThatAStoreIsMissingWhichSQLiteCannotRead(_ code: ResultCode) {
        let failure = DatabaseError(resultCode: code)
        #expect(StoreError(failure, store: directory("gone")) == .missing(store: directory("gone")))
        guard case .unavailable = StoreError(failure, store: path) else {
            Issue.record("a store that is there")
            return
        }
    }

    @Test(arguments: [0, 1, 3000, 4096, 8192])
    func failsOnAStoreThatWasCut(_ size: Int) throws {
        _ = try connection(of: 1)
        let whole = try Data(contentsOf: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(size == 0 ? 0 : whole.count - size))
        #expect(throws: StoreError.self) { try connection(of: 1) }
        #expect(throws: StoreError.self) { try SQLiteReader(path: path).connection(of: 4) }
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: whole)
        #expect(try connection(of: 1) == .sample())
    }

    @Test
    func readsOnWhileTheStoreGrows() throws {
        let isDone = DispatchSemaphore(value: 0)
        let writing = Thread { [path] in
            for number in 1...40 {
                try? SQLiteWriter(path: path).transaction { transaction in
                    for extra in 1...20 {
                        let organisation = OrganisationID(Int64(number * 100 + extra)) ?? 1
                        try transaction.put(.sample(id: "wc_\(number)x\(extra)"), for: organisation)
                    }
                }
            }
            isDone.signal()
        }
        writing.start()
        while isDone.wait(timeout: .now()) == .timedOut {
            #expect(try SQLiteReader(path: path).connection(of: 1) == .sample())
            #expect(try connection(of: 1) == .sample())
        }
        #expect(try connection(of: 4020) != nil)
    }

    @Test(arguments: ["secret_sha256", "organisation", "label", "created_at"])
    func failsOnAKeyThatLacksSomething(_ column: String) throws {
        let (_, key) = try StoredAPIKey.sample(of: 2)
        try SQLiteWriter(path: path).transaction { try $0.add(key) }
        #expect(try reader.key(key.id) == key)
        // A table without the rules of the schema.
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: """
                    CREATE TABLE loose AS SELECT * FROM api_key; DROP TABLE api_key;
                    ALTER TABLE loose RENAME TO api_key; UPDATE api_key SET \(column) = NULL;
                    """
            )
        }
        #expect(throws: StoreError.self) { try reader.key(key.id) }
    }

    @Test
    func noticesAnotherFileInItsPlace() throws {
        _ = try connection(of: 1)
        let other = directory("other.sqlite")
        _ = try SQLiteWriter.initialise(path: other)
        try SQLiteWriter(path: other).transaction { try $0.put(.sample(id: "wc_other"), for: 1) }
        for suffix in ["-wal", "-shm", ""] {
            let result = unsafe rename(other + suffix, path + suffix)
            #expect(result == 0)
        }
        #expect(try connection(of: 1)?.id.rawValue == "wc_other")
    }

    @Test(arguments: [
        "json_set(config, '$.port', '8443')", "json_set(config, '$.port', 8443.5)", "json_remove(config, '$.port')",
        "json_set(config, '$.secure', 'true')", "json_set(config, '$.secure', 2)", "json_set(config, '$.host', 1)",
        "json_set(config, '$.secure', json('null'))",
    ])
    func failsOnAValueOfAnotherKind(_ config: String) throws {
        try SQLiteWriter(path: path).transaction { try $0.put(.clickHouseSample(), for: 2) }
        #expect(try reader.connection(of: 2) == .clickHouseSample())
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "UPDATE connection SET config = \(config) WHERE organisation = 2")
        }
        #expect(throws: StoreError.self) { try reader.connection(of: 2) }
        #expect(try reader.connection(of: 1) == .sample())
    }

    /// Not even a secret that somebody wrote there by hand.
    @Test
    func readsNothingButThePublicFields() throws {
        try SQLiteWriter(path: path).transaction { try $0.put(.clickHouseSample(), for: 2) }
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "UPDATE connection SET config = json_set(config, '$.password', 'hunter2')")
        }
        #expect(try reader.connection(of: 1) == .sample())
        #expect(try reader.connection(of: 2) == .clickHouseSample())
    }

    @Test(arguments: [
        "UPDATE store SET readable_from = 3",
        "DELETE FROM store",
        "DROP TABLE store",
        "DROP TABLE connection",
        "PRAGMA foreign_keys = OFF; UPDATE connection SET type = 'unheard_of'",
        "UPDATE connection SET config = '{}'",
        "UPDATE connection SET config = json_set(config, '$.role', 7)",
        "UPDATE connection SET config = json_set(config, '$.role', json('null'))",
        "PRAGMA ignore_check_constraints = ON; UPDATE connection SET created_at = 'yesterday'",
        "UPDATE connection SET public_key = 'short'",
        "UPDATE connection SET setup_script = CAST(x'ff' AS TEXT)",
        "UPDATE connection SET config = json_set(config, '$.role', CAST(x'ff' AS TEXT))",
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '');"
            + "PRAGMA writable_schema = RESET; PRAGMA ignore_check_constraints = ON; UPDATE connection SET status = x'ff00'",
    ])
    func failsOnAStoreThatBreaksTheRules(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: path, configuration: configuration).writeWithoutTransaction { try $0.execute(sql: sql) }
        #expect(throws: StoreError.self) { try connection(of: 1) }
    }
}
