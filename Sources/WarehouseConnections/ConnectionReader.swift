/// What reads a store of connections. One reader serves one thread.
public protocol ConnectionReader: AnyObject {
    /// The organisation's connection, or nil if it has none or was never heard of.
    ///
    /// Blocks for one look-up. A store that was missing, replaced or unavailable is opened anew, so the call after its
    /// repair succeeds.
    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection?

    /// Calls `body` with every connection in the order of the organisations, as they stood at one moment.
    ///
    /// - Throws: ``StoreError``, or what `body` throws.
    func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws

    /// Returns if the store can be read.
    func checkReadable() throws(StoreError)
}
