import TestSupport
import Testing
import WarehouseConnections

/// What every store must do.
@Suite(.timeLimit(.minutes(1)))
struct StoreContractTests {
    @Test(arguments: StoreUnderTest.all)
    func knowsNothingWhenEmpty(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { _, reader in
            let version = try reader.schemaVersion()
            #expect(version == 2)
            #expect(try reader.connection(of: 1) == nil)
            #expect(try reader.all.isEmpty)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func returnsWhatWasPut(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let connection = try WarehouseConnection.sample(
                status: .error,
                database: "ACME \"PROD\" \\ Événements \u{1F9CA} '; DROP TABLE connection; --",
                setupScript: "line\r\nline\ttab\u{1}",
                lastTestedAt: "2026-06-12T00:04:07.000001Z",
                lastError: ""
            )
            try writer.transaction { try $0.put(connection, for: 7) }
            #expect(try reader.connection(of: 7) == connection)
            #expect(try reader.connection(of: 8) == nil)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func returnsValuesOfEveryKind(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let connections: [OrganisationID: WarehouseConnection] = try [
                1: .clickHouseSample(id: "wc_a"), 2: .clickHouseSample(id: "wc_b", port: 0, secure: false),
                3: .clickHouseSample(id: "wc_c", port: .max, username: "8443"),
                4: .clickHouseSample(id: "wc_d", port: .min, username: "true"), 5: .sample(database: "1e3"),
            ]
            try writer.transaction { transaction in
                for (organisation, connection) in connections { try transaction.put(connection, for: organisation) }
            }
            for (organisation, connection) in connections {
                let stored = try reader.connection(of: organisation)
                #expect(stored == connection)
                #expect(stored?.configuration.values == connection.configuration.values)
            }
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func keepsOneConnectionForEachOrganisation(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            try writer.transaction { try $0.put(.sample(id: "wc_first"), for: 1) }
            try writer.transaction { try $0.put(.sample(id: "wc_second"), for: 1) }
            #expect(try reader.all.map(\.1.id.rawValue) == ["wc_second"])
            try writer.transaction { try $0.put(.sample(id: "wc_first"), for: 2) }
            #expect(try reader.all.count == 2)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func refusesTheIDOfAnotherOrganisation(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let connection = try WarehouseConnection.sample(id: "wc_taken")
            try writer.transaction { try $0.put(connection, for: 1) }
            #expect(throws: StoreError.idTaken(connection.id)) {
                try writer.transaction { transaction in
                    try transaction.put(.sample(id: "wc_other"), for: 3)
                    try transaction.put(connection, for: 2)
                }
            }
            #expect(try reader.all.map(\.0.rawValue) == [1])
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func storesNothingOfATransactionThatThrows(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            try writer.transaction { try $0.put(.sample(id: "wc_before"), for: 1) }
            #expect(throws: Interruption.self) {
                try writer.transaction { transaction in
                    try transaction.put(.sample(id: "wc_after"), for: 1)
                    try transaction.put(.sample(id: "wc_new"), for: 2)
                    #expect(try transaction.connection(of: 1)?.id.rawValue == "wc_after")
                    throw Interruption()
                }
            }
            #expect(try reader.all.map(\.1.id.rawValue) == ["wc_before"])
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func listsInTheOrderOfOrganisations(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            let organisations: [OrganisationID] = [10, 9, 9_223_372_036_854_775_807, 1, 100]
            try writer.transaction { transaction in
                for organisation in organisations {
                    try transaction.put(.sample(id: "wc_\(organisation)"), for: organisation)
                }
            }
            #expect(try reader.all.map(\.0.rawValue) == organisations.map(\.rawValue).sorted())
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func stopsAListingWithTheErrorOfItsReader(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            try writer.transaction { try $0.put(.sample(), for: 1) }
            #expect(throws: Interruption.self) { try reader.forEachConnection { _, _ in throw Interruption() } }
            #expect(try reader.all.count == 1)
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func keepsItsRevisionUntilSomethingChanges(_ kind: StoreUnderTest) throws {
        try kind.withEmptyStore { writer, reader in
            var seen = [try reader.revision()]
            let (_, key) = try StoredAPIKey.sample(of: 1)
            let changes: [(any ConnectionTransaction) throws -> Void] = [
                { try $0.put(.sample(), for: 1) }, { try $0.put(.sample(status: .connected), for: 1) },
                { try $0.add(key) }, { _ = try $0.revokeKey(key.id, at: key.createdAt) },
                { _ = try $0.deleteConnection(of: 1) },
            ]
            for change in changes {
                try writer.transaction(change)
                let revision = try reader.revision()
                #expect(!seen.contains(revision))
                _ = try reader.connection(of: 1)
                _ = try reader.key(key.id)
                #expect(try reader.revision() == revision)
                seen.append(revision)
            }
            let revision = try reader.revision()
            #expect(throws: Interruption.self) {
                try writer.transaction { transaction in
                    try transaction.put(.sample(), for: 1)
                    throw Interruption()
                }
            }
            #expect(try reader.revision() == revision)
        }
    }
}

private struct Interruption: Error {}

extension ConnectionReader {
    fileprivate var all: [(OrganisationID, WarehouseConnection)] {
        get throws {
            var all: [(OrganisationID, WarehouseConnection)] = []
            try forEachConnection { all.append(($0, $1)) }
            return all
        }
    }
}
