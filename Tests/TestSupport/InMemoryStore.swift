public import WarehouseConnections

/// The simplest store that keeps the contract of stores: what the others are compared with. It can fail.
public final class InMemoryStore: ConnectionReader, ConnectionWriter {
    public var connections: [OrganisationID: WarehouseConnection] { didSet { changes += 1 } }
    public var keys: [KeyID: StoredAPIKey] = [:] { didSet { changes += 1 } }
    private var changes = 0
    public private(set) var audit: [AuditEntry] = []
    /// What every look-up throws, if not nil.
    public var error: StoreError?
    /// How often it was asked for anything.
    public private(set) var readCount = 0

    public init(connections: [OrganisationID: WarehouseConnection] = [:], error: StoreError? = nil) {
        self.connections = connections
        self.error = error
    }

    public func revision() throws(StoreError) -> Int {
        if let error { throw error }
        return changes
    }

    public func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try count()
        return connections[organisation]
    }

    public func key(_ id: KeyID) throws(StoreError) -> StoredAPIKey? {
        try count()
        return keys[id]
    }

    public func forEachConnection(_ body: (OrganisationID, WarehouseConnection) throws -> Void) throws {
        try count()
        for (organisation, connection) in connections.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try body(organisation, connection)
        }
    }

    public func forEachKey(_ body: (StoredAPIKey) throws -> Void) throws {
        try count()
        func order(_ key: StoredAPIKey) -> (Int64, Timestamp, String) {
            (key.organisation.rawValue, key.createdAt, key.id.rawValue)
        }
        for key in keys.values.sorted(by: { order($0) < order($1) }) { try body(key) }
    }

    public func schemaVersion() throws(StoreError) -> Int {
        try count()
        return 2
    }

    private func count() throws(StoreError) {
        readCount += 1
        if let error { throw error }
    }

    public func forEachAuditEntry(
        of organisation: OrganisationID?,
        _ body: (AuditEntry) throws -> Void
    ) throws {
        try count()
        for entry in audit where organisation == nil || entry.organisation == organisation { try body(entry) }
    }

    public func transaction(by actor: String, _ body: (any ConnectionTransaction) throws -> Void) throws {
        let transaction = Transaction(connections, keys, audit, actor)
        try body(transaction)
        (connections, keys) = (transaction.connections, transaction.keys)
        audit = transaction.audit
    }

    private final class Transaction: ConnectionTransaction {
        private(set) var connections: [OrganisationID: WarehouseConnection]
        private(set) var keys: [KeyID: StoredAPIKey]
        private(set) var audit: [AuditEntry]
        private let actor: String

        init(
            _ connections: [OrganisationID: WarehouseConnection],
            _ keys: [KeyID: StoredAPIKey],
            _ audit: [AuditEntry],
            _ actor: String
        ) {
            (self.connections, self.keys, self.audit, self.actor) = (connections, keys, audit, actor)
        }

        func auditEntries(on id: ConnectionID, of organisation: OrganisationID) throws(StoreError) -> [AuditEntry] {
            audit.filter { $0.connectionID == id && $0.organisation == organisation }
        }

        func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
            connections[organisation]
        }

        func put(
            _ connection: WarehouseConnection,
            for organisation: OrganisationID,
            as action: AuditEntry.Action,
            secrets: [String]
        ) throws(StoreError) {
            guard !connections.contains(where: { $0.key != organisation && $0.value.id == connection.id }) else {
                throw .idTaken(connection.id)
            }
            let before = connections[organisation]
            connections[organisation] = connection
            guard action.isRecorded(before, connection) else { return }
            record(
                action,
                organisation,
                connection.id,
                before?.auditJSON,
                connection.auditJSON(secrets: secrets)
            )
        }

        func deleteConnection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
            guard let connection = connections.removeValue(forKey: organisation) else { return nil }
            record(.delete, organisation, connection.id, connection.auditJSON, nil)
            return connection
        }

        func add(_ key: StoredAPIKey) throws(StoreError) {
            guard keys[key.id] == nil else { throw .unavailable(store: "memory", reason: "the key is there already") }
            keys[key.id] = key
            record(.createKey, key.organisation, nil, nil, key.auditJSON)
        }

        func revokeKey(_ id: KeyID, at time: Timestamp) throws(StoreError) -> StoredAPIKey? {
            guard let before = keys[id], let after = before.revoked(at: time) else { return nil }
            keys[id] = after
            if before != after { record(.revokeKey, after.organisation, nil, before.auditJSON, after.auditJSON) }
            return after
        }

        private func record(
            _ action: AuditEntry.Action,
            _ organisation: OrganisationID,
            _ connectionID: ConnectionID?,
            _ before: String?,
            _ after: String?
        ) {
            guard let time = Timestamp() else { return }
            audit.append(
                AuditEntry(
                    at: time,
                    actor: actor,
                    action: action,
                    organisation: organisation,
                    connectionID: connectionID,
                    before: before,
                    after: after
                )
            )
        }
    }
}

extension StoredAPIKey {
    fileprivate func revoked(at time: Timestamp) -> StoredAPIKey? {
        try? StoredAPIKey(
            id: id,
            secretDigest: secretDigest,
            organisation: organisation,
            label: label,
            createdAt: createdAt,
            expiresAt: expiresAt,
            revokedAt: revokedAt ?? time
        )
    }

    /// A key made now, with the text that its holder presents.
    public static func sample(
        of organisation: OrganisationID = 1,
        label: String = "",
        createdAt: String = "2026-01-01T00:00:00Z",
        expiresAt: String? = nil,
        revokedAt: String? = nil
    ) throws -> (text: String, stored: StoredAPIKey) {
        func time(_ text: String) throws -> Timestamp {
            guard let time = Timestamp(text) else { throw InvalidValue("sample", "is wrong") }
            return time
        }
        let (text, id, digest) = APIKey.random()
        let stored = try StoredAPIKey(
            id: id,
            secretDigest: digest,
            organisation: organisation,
            label: label,
            createdAt: time(createdAt),
            expiresAt: expiresAt.map(time),
            revokedAt: revokedAt.map(time)
        )
        return (text, stored)
    }
}
