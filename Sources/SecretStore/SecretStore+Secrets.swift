import GRDB
public import WarehouseConnections

extension SecretStore {
    /// Seals `secret` and stores it. Needs no key file: what this program can write, it can't read back.
    ///
    /// - Parameter replacing: whether a secret of this identity, which is lost then, may be there already.
    /// - Throws: ``SecretStoreError``: `exists`, `tooLongSecret`, or the store's.
    public func put(_ secret: Secret, for id: SecretID, replacing: Bool = false) throws(SecretStoreError) {
        guard secret.count <= Secret.maximumLength else { throw .tooLongSecret(id) }
        let key = try currentKey()
        try write { database in
            let sealed = try SealedSecret(sealing: secret, of: id, to: key)
            guard try SecretRow.fetch(id, database) != nil else {
                return try SecretRow.insert(sealed, id, database)
            }
            guard replacing else { throw SecretStoreError.exists(id, store: path) }
            try SecretRow.replace(sealed, id, database)
        }
    }

    /// The secret of this identity, or nil if there is none.
    ///
    /// - Throws: ``SecretStoreError``: `wrongKey`, `doesNotOpen`, or the store's.
    public func open(_ id: SecretID, with key: SealingKey) throws(SecretStoreError) -> Secret? {
        try refuse(unless: key)
        guard let sealed = try run({ try SecretRow.fetch(id, $0) }) else { return nil }
        guard let secret = sealed.open(as: id, with: key) else { throw .doesNotOpen(id, store: path) }
        return secret
    }

    /// Who has secrets: all of them, or those of one organisation, in the order of their members. Needs no key file.
    public func identities(of organisation: OrganisationID? = nil) throws(SecretStoreError) -> [SecretID] {
        try run { try SecretRow.identities(of: organisation, $0) }
    }

    /// Whether the connection's password was made by this service.
    public func hasMadePassword(
        _ connection: ConnectionID,
        of organisation: OrganisationID
    ) throws(SecretStoreError) -> Bool {
        let passwords = try identities(of: organisation).filter {
            $0.connection == connection && $0.name.use == .password
        }
        return passwords.max { $0.version < $1.version }?.name == .madePassword
    }

    /// Opens one secret after the other, of all organisations or of one, in the order of ``identities(of:)``. Calls `body`
    /// with nil for a secret that does not open.
    ///
    /// - Throws: ``SecretStoreError``: `wrongKey`, or the store's; and errors of `body` as they are.
    public func forEach(
        of organisation: OrganisationID? = nil,
        with key: SealingKey,
        _ body: (SecretID, Secret?) throws -> Void
    ) throws {
        try refuse(unless: key)
        for id in try identities(of: organisation) {
            if let sealed = try run({ try SecretRow.fetch(id, $0) }) { try body(id, sealed.open(as: id, with: key)) }
        }
    }

    /// Removes one secret, so that no key opens it any more; says whether it was there.
    @discardableResult
    public func delete(_ id: SecretID) throws(SecretStoreError) -> Bool {
        try write { database in
            try SecretRow.delete(id, database)
            return database.changesCount > 0
        }
    }

    /// Removes all secrets of a connection, so that no key opens them any more; says how many there were.
    @discardableResult
    public func delete(
        of organisation: OrganisationID,
        _ connection: ConnectionID
    ) throws(SecretStoreError) -> Int {
        try write { database in
            try SecretRow.delete(of: organisation, connection, database)
            return database.changesCount
        }
    }
}
