import TestSupport
import Testing
import WarehouseConnections

/// What every store must do with API keys.
@Suite(.timeLimit(.minutes(1)))
struct KeyContractTests {
    @Test(arguments: StoreUnderTest.all)
    func returnsAKeyAsItWasAdded(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let (_, key) = try StoredAPIKey.sample(of: 7, label: "Événements", expiresAt: "2027-01-01T00:00:00Z")
            let (_, other) = try StoredAPIKey.sample(of: 7)
            #expect(try reader.key(key.id) == nil)
            try writer.transaction { transaction in
                try transaction.add(key)
                try transaction.add(other)
            }
            #expect(try reader.key(key.id) == key)
            #expect(try reader.key(other.id) == other)
            #expect(try reader.connection(of: 7) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func revokesOnceAndForAll(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let (_, key) = try StoredAPIKey.sample()
            let (_, other) = try StoredAPIKey.sample()
            let times = try ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"].map { try #require(Timestamp($0)) }
            try writer.transaction { transaction in
                try transaction.add(key)
                #expect(try transaction.revokeKey(other.id, at: times[0]) == nil)
                try transaction.add(other)
            }
            for time in times {
                try writer.transaction { transaction in
                    let revoked = try transaction.revokeKey(key.id, at: time)
                    #expect(revoked?.revokedAt == times[0])
                }
            }
            #expect(try reader.key(key.id)?.revokedAt == times[0])
            #expect(try reader.key(other.id) == other)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func listsByOrganisationAndAge(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let keys = try [
                StoredAPIKey.sample(of: 10, createdAt: "2026-01-01T00:00:00Z").stored,
                StoredAPIKey.sample(of: 2, createdAt: "2026-01-02T00:00:00Z").stored,
                StoredAPIKey.sample(of: 2, createdAt: "2026-01-01T00:00:00Z").stored,
            ]
            try writer.transaction { transaction in
                for key in keys { try transaction.add(key) }
            }
            var listed: [StoredAPIKey] = []
            try reader.forEachKey { listed.append($0) }
            #expect(listed == keys.reversed())
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func refusesTheSameKeyTwice(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let (_, key) = try StoredAPIKey.sample()
            try writer.transaction { try $0.add(key) }
            #expect(throws: StoreError.self) { try writer.transaction { try $0.add(key) } }
            #expect(try reader.key(key.id) == key)
        }
    }
}
