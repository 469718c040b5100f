/// What changes a store of connections: at most one at a time, across all processes.
public protocol ConnectionWriter: AnyObject {
    /// Runs `body` in one transaction: all of its changes are on the disk when it returns, none is there if it throws.
    /// Each of them gets its entry in the store's audit.
    ///
    /// - Parameter actor: who makes the changes: see ``AuditEntry/actor``.
    /// - Throws: ``StoreError``, or what `body` throws.
    func transaction(by actor: String, _ body: (any ConnectionTransaction) throws -> Void) throws
}

/// What one transaction may do.
public protocol ConnectionTransaction {
    /// The organisation's connection, or nil if it has none.
    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection?

    /// What the audit has on the connection `id` of `organisation`, in the order in which it happened.
    func auditEntries(on id: ConnectionID, of organisation: OrganisationID) throws(StoreError) -> [AuditEntry]

    /// Stores `connection` as the one of `organisation`, in place of an earlier one; the audit calls that `action`.
    ///
    /// - Parameter secrets: the names of its secrets that changed with it, for the audit.
    /// - Throws: ``StoreError/idTaken(_:)`` if another organisation has a connection of the same id.
    func put(
        _ connection: WarehouseConnection,
        for organisation: OrganisationID,
        as action: AuditEntry.Action,
        secrets: [String]
    ) throws(StoreError)

    /// Removes the organisation's connection.
    ///
    /// - Returns: the connection that was there.
    func deleteConnection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection?

    /// Stores a new API key.
    func add(_ key: StoredAPIKey) throws(StoreError)

    /// Revokes the API key with this id at `time`, unless it was revoked before.
    ///
    /// - Returns: the key as it is stored now, or nil if there is none.
    func revokeKey(_ id: KeyID, at time: Timestamp) throws(StoreError) -> StoredAPIKey?
}

extension ConnectionTransaction {
    /// Stores a connection whose secrets, if it has some, stay.
    public func put(
        _ connection: WarehouseConnection,
        for organisation: OrganisationID,
        as action: AuditEntry.Action
    ) throws(StoreError) {
        try put(connection, for: organisation, as: action, secrets: [])
    }
}
