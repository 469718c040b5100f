/// What reads a store of connections and of the API keys that open them. One reader serves one thread.
public protocol ConnectionReader: AnyObject {
    /// A number that is the same as at an earlier call only if every look-up still has the same result: as long as it is,
    /// what was found may be used again.
    ///
    /// Notices a store that is missing or was replaced, which a look-up alone need not: call it first. Blocks for about a
    /// microsecond.
    func revision() throws(StoreError) -> Int

    /// The organisation's connection, or nil if it has none or was never heard of.
    ///
    /// Blocks for one look-up. After a failure the store is opened anew.
    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection?

    /// Calls `body` with every connection in the order of the organisations, as they stood at one moment.
    ///
    /// - Throws: ``StoreError``, or what `body` throws.
    func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws

    /// The API key with this id, whatever its state; nil if there is none.
    func key(_ id: KeyID) throws(StoreError) -> StoredAPIKey?

    /// Calls `body` with every API key in the order of organisations and, within one, of creation.
    ///
    /// - Throws: ``StoreError``, or what `body` throws.
    func forEachKey(_ body: (StoredAPIKey) throws -> Void) throws

    /// Calls `body` with what the audit has on `organisation`, or on all, in the order in which it happened.
    ///
    /// - Throws: ``StoreError``, or what `body` throws.
    func forEachAuditEntry(of organisation: OrganisationID?, _ body: (AuditEntry) throws -> Void) throws

    /// The version of the store's schema, if this program can read it. Notices what ``revision()`` does.
    func schemaVersion() throws(StoreError) -> Int
}
