import TestSupport
import Testing
import WarehouseConnections

/// What every store must remember of its changes.
@Suite(.timeLimit(.minutes(1)))
struct AuditContractTests {
    private func entries(
        _ reader: any ConnectionReader,
        of organisation: OrganisationID? = nil
    ) throws -> [AuditEntry] {
        var entries: [AuditEntry] = []
        try reader.forEachAuditEntry(of: organisation) { entries.append($0) }
        return entries
    }

    @Test(arguments: StoreUnderTest.all)
    func remembersEachChange(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let first = try WarehouseConnection.sample()
            let second = try WarehouseConnection.sample(status: .connected)
            let key = try StoredAPIKey.sample(of: 2).stored
            try writer.transaction(by: "alice") { try $0.put(first, for: 1, as: .create) }
            try writer.transaction(by: "bob") { transaction in
                try transaction.put(second, for: 1, as: .update)
                try transaction.add(key)
            }
            try writer.transaction(by: "carol") { transaction in
                let time = try #require(Timestamp("2026-05-01T00:00:00Z"))
                _ = try transaction.revokeKey(key.id, at: time)
                _ = try transaction.revokeKey(key.id, at: time)
                #expect(try transaction.deleteConnection(of: 1) == second)
                #expect(try transaction.deleteConnection(of: 1) == nil)
            }
            let entries = try entries(reader)
            #expect(entries.map(\.actor) == ["alice", "bob", "bob", "carol", "carol"])
            #expect(entries.map(\.action) == [.create, .update, .createKey, .revokeKey, .delete])
            #expect(entries.map(\.organisation) == [1, 1, 2, 2, 1])
            #expect(entries.map(\.before) == [nil, first.auditJSON, nil, key.auditJSON, second.auditJSON])
            #expect(entries.map(\.after)[..<3] == [first.auditJSON, second.auditJSON, key.auditJSON])
            #expect(entries[0].connectionID == first.id)
            #expect(try self.entries(reader, of: 2) == [entries[2], entries[3]])
            #expect(try self.entries(reader, of: 3).isEmpty)
            #expect(try reader.connection(of: 1) == nil)
            try writer.transaction(by: "dave") { transaction in
                try transaction.put(first, for: 1, as: .import)
                let own = try transaction.auditEntries(on: first.id, of: 1)
                #expect(own.map(\.action) == [.create, .update, .delete, .import])
                #expect(own.last?.after == first.auditJSON)
                #expect(try transaction.auditEntries(on: first.id, of: 2).isEmpty)
            }
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func remembersATestOnlyIfItChangedTheStatus(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let time = try #require(Timestamp("2026-05-01T00:00:00Z"))
            let pending = try WarehouseConnection.sample()
            let passed = try pending.tested(at: time, error: nil)
            let failed = try pending.tested(at: time, error: "no")
            let failedAgain = try pending.tested(at: time, error: "no, again")
            for connection in [pending, passed, passed, failed, failedAgain, passed] {
                try writer.transaction(by: "alice") { try $0.put(connection, for: 1, as: .test) }
            }
            #expect(try reader.connection(of: 1) == passed)
            #expect(
                try entries(reader).map(\.after) == [pending, passed, failed, passed].map(\.auditJSON)
            )
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func remembersNothingOfWhatDidNotHappen(_ kind: StoreUnderTest) throws {
        struct Interruption: Error {}
        try kind.withEmptyStore { writer, reader in
            #expect(throws: Interruption.self) {
                try writer.transaction(by: "alice") { transaction in
                    try transaction.put(.sample(), for: 1, as: .create)
                    throw Interruption()
                }
            }
            let entries = try entries(reader)
            #expect(entries.isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func remembersNoSecret(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let (text, key) = try StoredAPIKey.sample(of: 1, label: "ours")
            try writer.transaction(by: "alice") { try $0.add(key) }
            let after = try #require(try entries(reader).first?.after)
            #expect(after.contains(key.id.rawValue))
            #expect(after.contains("ours"))
            #expect(!after.contains(text))
            #expect(!after.contains("sha256"))
        }
    }
}
