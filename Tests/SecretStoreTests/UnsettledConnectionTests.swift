import SecretStore
import TestSupport
import Testing
import WarehouseConnections

/// Which secrets a change leaves, whether it came about or not.
@Suite struct UnsettledConnectionTests {
    /// Versions 1 and 2 are there when it is settled, whatever the change has got to.
    @Test(arguments: [
        (UnsettledConnection.Effect.replaces, "before", [1]), (.replaces, "after", [2]), (.replaces, "other", [1, 2]),
        (.adds, "before", [1]), (.adds, "after", [1, 2]), (.adds, "other", [1, 2]),
        (.retires, "before", [1, 2]), (.retires, "after", [2]), (.retires, "other", [1, 2]),
    ])
    func leaves(effect: UnsettledConnection.Effect, actual: String, versions: [Int]) throws {
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
            effect: effect,
            before: "before",
            after: "after"
        )
        try store.mark(change)
        #expect(try store.unsettled(of: "store") == [change])
        try store.settle(change, actual: actual)
        #expect(try store.identities().map(\.version.rawValue) == versions)
        #expect(try store.unsettled(of: "store").isEmpty)
    }
}
