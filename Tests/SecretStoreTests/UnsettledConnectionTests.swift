import SecretStore
import TestSupport
import Testing
import WarehouseConnections

/// Which secrets a change leaves, whether it came about or not.
@Suite struct UnsettledConnectionTests {
    /// Nil is the effect of a removal.
    private static let cases: [(effect: UnsettledConnection.Effect?, isMade: Bool?, versions: [Int])] = [
        (.replaces, false, [1]), (.replaces, true, [2]), (.replaces, nil, [1, 2]),
        (.adds, false, [1]), (.adds, true, [1, 2]), (.adds, nil, [1, 2]),
        (.retires, false, [1, 2]), (.retires, true, [2]), (.retires, nil, [1, 2]),
        (nil, false, [1, 2]), (nil, true, []), (nil, nil, [1, 2]),
    ]

    /// Versions 1 and 2 are there when it is settled, whatever the change has got to.
    @Test(arguments: cases)
    func leaves(effect: UnsettledConnection.Effect?, isMade: Bool?, versions: [Int]) throws {
        let directory = try TemporaryDirectory()
        let path = directory("secrets.sqlite")
        _ = try SecretStore.initialise(path: path, sealingKeyFile: directory("key"))
        let store = try SecretStore(path: path)
        let connection = try #require(ConnectionID("wc_a"))
        for version in [SecretVersion.first, SecretVersion.first.next] {
            var bytes = [UInt8](repeating: 7, count: 32)
            try store.put(
                Secret(taking: &bytes),
                for: SecretID(organisation: 1, connection: connection, name: .privateKey, version: version)
            )
        }
        let change = UnsettledConnection(
            store: "store",
            organisation: 1,
            connection: connection,
            version: SecretVersion.first.next,
            effect: effect ?? .replaces,
            isRemoval: effect == nil,
            auditEntries: 7
        )
        try store.mark(change)
        #expect(try store.unsettled(of: "store") == [change])
        try store.settle(change, isMade: isMade)
        #expect(try store.identities().map(\.version.rawValue) == versions)
        #expect(try store.unsettled(of: "store").isEmpty)
    }

    /// Of a password that was typed and one that was made, one stays; a private key has nothing to do with them.
    @Test(arguments: [SecretName.password, .madePassword], [SecretName.password, .madePassword])
    func replacesAPassword(old: SecretName, new: SecretName) throws {
        let directory = try TemporaryDirectory()
        let path = directory("secrets.sqlite")
        _ = try SecretStore.initialise(path: path, sealingKeyFile: directory("key"))
        let store = try SecretStore(path: path)
        let connection = try #require(ConnectionID("wc_a"))
        func put(_ name: SecretName, _ version: SecretVersion) throws -> SecretID {
            var bytes = [UInt8](repeating: 7, count: 32)
            let id = SecretID(organisation: 1, connection: connection, name: name, version: version)
            try store.put(Secret(taking: &bytes), for: id)
            return id
        }
        let key = try put(.privateKey, .first)
        let before = try put(old, .first)
        #expect(try store.hasMadePassword(connection, of: 1) == (old == .madePassword))
        let change = UnsettledConnection(
            store: "store",
            organisation: 1,
            connection: connection,
            version: SecretVersion.first.next,
            auditEntries: 1
        )
        for isMade in [false, true] {
            try store.mark(change)
            let after = try put(new, SecretVersion.first.next)
            #expect(try store.hasMadePassword(connection, of: 1) == (new == .madePassword))
            try store.settle(change, isMade: isMade)
            #expect(Set(try store.identities()) == [key, isMade ? after : before])
        }
        #expect(try !store.hasMadePassword(#require(ConnectionID("wc_b")), of: 1))
    }
}
