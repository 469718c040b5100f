public import WarehouseConnections

extension ConnectionWriter {
    /// A transaction of nobody in particular.
    public func transaction(_ body: (any ConnectionTransaction) throws -> Void) throws {
        try transaction(by: "test", body)
    }
}

extension ConnectionTransaction {
    public func put(_ connection: WarehouseConnection, for organisation: OrganisationID) throws(StoreError) {
        try put(connection, for: organisation, as: .import)
    }
}
