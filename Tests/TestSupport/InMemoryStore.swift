import WarehouseConnections

/// The simplest store that keeps the contract: what the others are compared with.
final class InMemoryStore: ConnectionReader, ConnectionWriter {
    private var connections: [OrganisationID: WarehouseConnection] = [:]

    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        connections[organisation]
    }

    func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws {
        for (organisation, connection) in connections.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try body(organisation, connection)
        }
    }

    func checkReadable() throws(StoreError) {}

    func transaction(_ body: (any ConnectionTransaction) throws -> Void) throws {
        let transaction = Transaction(connections)
        try body(transaction)
        connections = transaction.connections
    }

    private final class Transaction: ConnectionTransaction {
        private(set) var connections: [OrganisationID: WarehouseConnection]

        init(_ connections: [OrganisationID: WarehouseConnection]) { self.connections = connections }

        func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
            connections[organisation]
        }

        func put(_ connection: WarehouseConnection, for organisation: OrganisationID) throws(StoreError) {
            guard !connections.contains(where: { $0.key != organisation && $0.value.id == connection.id }) else {
                throw .idTaken(connection.id)
            }
            connections[organisation] = connection
        }
    }
}
