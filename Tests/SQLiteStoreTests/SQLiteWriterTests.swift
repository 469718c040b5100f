import Foundation
import GRDB
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@testable import SQLiteStore

@Suite(.timeLimit(.minutes(1)))
struct SQLiteWriterTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory("store.sqlite")
    }

    @Test
    func createsOnceAndIsUpToDateAfterwards() throws {
        #expect(try SQLiteWriter.initialise(path: path) == .created)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(), for: 1) }
        #expect(try SQLiteWriter.initialise(path: path) == .upToDate)
        #expect(try SQLiteReader(path: path).connection(of: 1) == .sample())
    }

    @Test
    func migratesTheFirstSchemaAndReadsItBeforehand() throws {
        do {
            let database = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(database, upTo: "1 connections and keys")
            try database.write {
                try $0.execute(sql: ConnectionRow.put, arguments: ConnectionRow.arguments(.sample(), of: 1))
            }
        }
        #expect(try SQLiteReader(path: path).schemaVersion() == 1)
        #expect(try SQLiteReader(path: path).connection(of: 1) == .sample())
        #expect(throws: StoreError.needsMigration(store: path)) { try SQLiteWriter(path: path) }
        #expect(try SQLiteWriter.initialise(path: path) == .migrated(from: 1))
        #expect(try SQLiteReader(path: path).schemaVersion() == 2)
        #expect(try SQLiteReader(path: path).connection(of: 1) == .sample())
        // The first release goes on reading.
        let readableFrom = try DatabaseQueue(path: path).read {
            try Int.fetchOne($0, sql: "SELECT readable_from FROM store")
        }
        #expect(readableFrom == 1)
    }

    @Test
    func finishesACreationThatWasInterrupted() throws {
        try Data().write(to: URL(filePath: path))
        #expect(throws: StoreError.foreign(store: path, found: "an empty file")) { try SQLiteWriter(path: path) }
        #expect(try SQLiteWriter.initialise(path: path) == .created)
        // Between the table of migrations and the first migration.
        let other = directory("other.sqlite")
        try DatabaseQueue(path: other).write {
            try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        #expect(try SQLiteWriter.initialise(path: other) == .created)
    }

    @Test
    func hasOneLockForAllNamesOfAStore() throws {
        _ = try SQLiteWriter.initialise(path: path)
        try FileManager.default.createSymbolicLink(atPath: directory("link"), withDestinationPath: path)
        let lock = try WriteLock(store: path)
        #expect(throws: StoreError.locked(store: directory("link"))) {
            _ = try WriteLock(store: directory("link"), patience: .zero)
        }
        _ = consume lock
    }

    @Test
    func keepsReadersWorkingAfterItsLastClose() throws {
        _ = try SQLiteWriter.initialise(path: path)
        for (suffix, mode) in [("", 0o640), ("-wal", 0o640), ("-shm", 0o640), (".lock", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(suffix)")
        }
        #expect(try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int == 0)
    }

    @Test
    func setsWhatKeepsACommittedChange() throws {
        _ = try SQLiteWriter.initialise(path: path)
        let writer = try SQLiteWriter(path: path)
        let settings = try writer.database.read { database in
            try ["journal_mode", "synchronous", "wal_autocheckpoint", "foreign_keys"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["wal", "2", "0", "1"])
    }

    @Test
    func isTheOnlyWriter() throws {
        _ = try SQLiteWriter.initialise(path: path)
        let lock = try WriteLock(store: path)
        #expect(throws: StoreError.locked(store: path)) { _ = try WriteLock(store: path, patience: .zero) }
        _ = consume lock
        _ = try WriteLock(store: path)
    }

    @Test
    func refusesAStoreThatIsNone() throws {
        #expect(throws: StoreError.missing(store: path)) { try SQLiteWriter(path: path) }
        #expect(throws: StoreError.foreign(store: directory.path, found: "no file")) {
            try SQLiteWriter(path: directory.path)
        }
        try Data("no database, but long enough to be one: ".utf8 + [UInt8](repeating: 65, count: 4096))
            .write(to: URL(filePath: path))
        let before = try Data(contentsOf: URL(filePath: path))
        let expected = StoreError.foreign(store: path, found: "no SQLite database")
        #expect(throws: expected) { try SQLiteWriter(path: path) }
        #expect(throws: expected) { try SQLiteWriter.initialise(path: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test
    func leavesAnotherDatabaseAsItIs() throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE other (a)") }
        let before = try Data(contentsOf: URL(filePath: path))
        let expected = StoreError.foreign(store: path, found: "another SQLite database")
        #expect(throws: expected) { try SQLiteWriter(path: path) }
        #expect(throws: expected) { try SQLiteWriter.initialise(path: path) }
        #expect(throws: expected) { try SQLiteReader(path: path).schemaVersion() }
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test
    func refusesANewerSchema() throws {
        try withChangedStore("UPDATE store SET version = 3")
        #expect(throws: StoreError.tooNew(store: path, readableFrom: 3)) { try SQLiteWriter(path: path) }
        #expect(throws: StoreError.tooNew(store: path, readableFrom: 3)) { try SQLiteWriter.initialise(path: path) }
        // It is still readable: the newer version only added to it.
        #expect(try SQLiteReader(path: path).connection(of: 1) != nil)
    }

    @Test(arguments: [
        "INSERT INTO connection SELECT 2, 'wc_sample1', type, status, config, NULL, NULL, created_at, NULL, NULL FROM connection",
        "UPDATE connection SET organisation = 0",
        "UPDATE connection SET organisation = 'one'",
        "UPDATE connection SET id = 'wc_'",
        "UPDATE connection SET id = 'wc_a-b'",
        "UPDATE connection SET id = 'xy_ab'",
        "UPDATE connection SET id = 'wc_' || printf('%062d', 1)",
        "UPDATE connection SET type = 'other'",
        "UPDATE connection SET status = 'other'",
        "UPDATE connection SET config = '[]'",
        "UPDATE connection SET config = '{'",
        "UPDATE connection SET created_at = 'yesterday'",
        "UPDATE connection SET last_error = 'an error without a test'",
        "INSERT INTO store VALUES (2, 1, 1)",
    ])
    func hasTheRulesInItsSchema(_ sql: String) throws {
        #expect(throws: DatabaseError.self) { try withChangedStore(sql) }
    }

    @Test(arguments: [
        "UPDATE audit SET actor = 'nobody'", "UPDATE audit SET id = 2", "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1", "INSERT OR REPLACE INTO audit \(Self.auditValues(id: 1))",
        "REPLACE INTO audit \(Self.auditValues(id: 1))",
        "INSERT INTO audit \(Self.auditValues(id: 1)) ON CONFLICT DO UPDATE SET actor = 'nobody'",
        "INSERT INTO audit \(Self.auditValues(at: "'yesterday'"))",
        "INSERT INTO audit \(Self.auditValues(actor: "''"))",
        "INSERT INTO audit \(Self.auditValues(organisation: "0"))",
        "INSERT INTO audit \(Self.auditValues(id: 2, before: "'['"))",
        "INSERT INTO audit \(Self.auditValues(id: 2, before: "'[]'"))",
        "INSERT INTO audit \(Self.auditValues(id: 2, connection: "'wc_'"))",
    ])
    func keepsItsAudit(_ sql: String) throws {
        _ = try SQLiteWriter.initialise(path: path)
        let database = try DatabaseQueue(path: path)
        try database.write { database in
            try database.execute(sql: "INSERT INTO audit \(Self.auditValues(id: 1))")
            try database.execute(sql: "INSERT INTO audit \(Self.auditValues(connection: "NULL", before: "'{}'"))")
        }
        let select = "SELECT group_concat(id || at || actor) FROM audit"
        let before = try database.read { try String.fetchOne($0, sql: select) }
        #expect(throws: DatabaseError.self) { try database.write { try $0.execute(sql: sql) } }
        #expect(try database.read { try String.fetchOne($0, sql: select) } == before)
    }

    private static func auditValues(
        id: Int? = nil,
        at: String = "'2026-01-01T00:00:00Z'",
        actor: String = "'root'",
        organisation: String = "7",
        connection: String = "'wc_abc123'",
        before: String = "NULL"
    ) -> String {
        let id = id.map(String.init) ?? "NULL"
        return "VALUES (\(id), \(at), \(actor), \(organisation), \(connection), 'create', \(before), NULL)"
    }

    /// A store with one connection, changed behind the writer's back.
    private func withChangedStore(_ sql: String) throws {
        _ = try SQLiteWriter.initialise(path: path)
        try SQLiteWriter(path: path).transaction { try $0.put(.sample(), for: 1) }
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }
}
