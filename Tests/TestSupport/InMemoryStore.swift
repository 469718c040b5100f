public import WarehouseConnections

/// The simplest store that keeps the contract of stores: what the others are compared with. It can fail.
public final class InMemoryStore: ConnectionReader, ConnectionWriter {
    public var connections: [OrganisationID: WarehouseConnection]
    public var keys: [KeyID: StoredAPIKey] = [:]
    /// What every look-up throws, if not nil.
    public var error: StoreError?
    /// How often it was asked for anything.
    public private(set) var readCount = 0

    public init(connections: [OrganisationID: WarehouseConnection] = [:], error: StoreError? = nil) {
        self.connections = connections
        self.error = error
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

    public func transaction(_ body: (any ConnectionTransaction) throws -> Void) throws {
        let transaction = Transaction(connections, keys)
        try body(transaction)
        (connections, keys) = (transaction.connections, transaction.keys)
    }

    private final class Transaction: ConnectionTransaction {
        private(set) var connections: [OrganisationID: WarehouseConnection]
        private(set) var keys: [KeyID: StoredAPIKey]

        init(_ connections: [OrganisationID: WarehouseConnection], _ keys: [KeyID: StoredAPIKey]) {
            (self.connections, self.keys) = (connections, keys)
        }

        func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
            connections[organisation]
        }

        func put(_ connection: WarehouseConnection, for organisation: OrganisationID) throws(StoreError) {
            guard !connections.contains(where: { $0.key != organisation && $0.value.id == connection.id }) else {
                throw .idTaken(connection.id)
            }
            connections[organisation] = connection
        }

        func add(_ key: StoredAPIKey) throws(StoreError) {
            guard keys[key.id] == nil else { throw .unavailable(store: "memory", reason: "the key is there already") }
            keys[key.id] = key
        }

        func revokeKey(_ id: KeyID, at time: Timestamp) throws(StoreError) -> StoredAPIKey? {
            keys[id] = keys[id]?.revoked(at: time)
            return keys[id]
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
