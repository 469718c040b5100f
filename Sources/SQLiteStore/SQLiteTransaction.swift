import GRDB
import WarehouseConnections

/// The changes of one transaction of ``SQLiteWriter``.
final class SQLiteTransaction: ConnectionTransaction {
    private let database: Database
    private let lookUps: LookUps
    /// For imports, which ask for each line, nearly always in vain.
    private let firstEntry: PreparedStatement
    private let path: String
    private let actor: String
    private let time: Timestamp

    init(_ database: Database, _ path: String, by actor: String, at time: Timestamp) throws {
        self.database = database
        self.path = path
        self.actor = actor
        self.time = time
        lookUps = try LookUps(database, path)
        guard let connection = unsafe database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        firstEntry = try unsafe PreparedStatement(AuditRow.selectFirst, connection)
    }

    func connection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try run { try lookUps.connection(of: organisation) }
    }

    func auditEntries(on id: ConnectionID, of organisation: OrganisationID) throws(StoreError) -> [AuditEntry] {
        try run {
            guard try firstEntry.row(organisation.rawValue, { $0 != nil }) else { return [] }
            let statement = try database.cachedStatement(sql: AuditRow.selectOfConnection)
            let rows = try Row.fetchCursor(statement, arguments: [organisation.rawValue, id.rawValue])
            var entries: [AuditEntry] = []
            while try rows.next() != nil {
                entries.append(try AuditRow.decode(unsafe ResultRow(of: statement.sqliteStatement)))
            }
            return entries
        }
    }

    func put(
        _ connection: WarehouseConnection,
        for organisation: OrganisationID,
        as action: AuditEntry.Action,
        secrets: [String]
    ) throws(StoreError) {
        try run {
            let before = try lookUps.connection(of: organisation)
            do {
                let statement = try database.cachedStatement(sql: ConnectionRow.put)
                try statement.execute(arguments: ConnectionRow.arguments(connection, of: organisation))
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw StoreError.idTaken(connection.id)
            }
            guard action.isRecorded(before, connection) else { return }
            try record(action, organisation, connection.id, before?.auditJSON, connection.auditJSON(secrets: secrets))
        }
    }

    func deleteConnection(of organisation: OrganisationID) throws(StoreError) -> WarehouseConnection? {
        try run {
            guard let connection = try lookUps.connection(of: organisation) else { return nil }
            try database.execute(
                sql: "DELETE FROM connection WHERE organisation = ?",
                arguments: [organisation.rawValue]
            )
            try record(.delete, organisation, connection.id, connection.auditJSON, nil)
            return connection
        }
    }

    func add(_ key: StoredAPIKey) throws(StoreError) {
        try run {
            try database.execute(sql: APIKeyRow.insert, arguments: APIKeyRow.arguments(key))
            try record(.createKey, key.organisation, nil, nil, key.auditJSON)
        }
    }

    func revokeKey(_ id: KeyID, at time: Timestamp) throws(StoreError) -> StoredAPIKey? {
        try run {
            let before = try lookUps.key(id)
            try database.execute(sql: APIKeyRow.revoke, arguments: [time.rawValue, id.rawValue])
            let after = try lookUps.key(id)
            if let before, let after, before != after {
                try record(.revokeKey, after.organisation, nil, before.auditJSON, after.auditJSON)
            }
            return after
        }
    }

    /// Writes that all was replaced.
    func recordRestore() throws(StoreError) {
        try run { try record(.restore, nil, nil, nil, nil) }
    }

    private func record(
        _ action: AuditEntry.Action,
        _ organisation: OrganisationID?,
        _ connectionID: ConnectionID?,
        _ before: String?,
        _ after: String?
    ) throws {
        let entry = AuditEntry(
            at: time,
            actor: actor,
            action: action,
            organisation: organisation,
            connectionID: connectionID,
            before: before,
            after: after
        )
        try database.cachedStatement(sql: AuditRow.insert).execute(arguments: AuditRow.arguments(entry))
    }

    private func run<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            throw StoreError(error, store: path)
        }
    }
}
