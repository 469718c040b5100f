import GRDB
import WarehouseConnections

/// A row of the table `audit`, there and back.
enum AuditRow {
    static let select = """
        SELECT at, actor, action, organisation, connection_id, before, after FROM audit
        WHERE organisation = ?1 OR ?1 IS NULL ORDER BY id
        """
    static let insert = """
        INSERT INTO audit (at, actor, action, organisation, connection_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    /// - Throws: ``InvalidValue`` or GRDB's `RowDecodingError` if it breaks a rule of the domain.
    static func decode(_ row: Row) throws -> AuditEntry {
        guard let at = Timestamp(try row.decode(String.self, atIndex: 0)),
            let action = AuditEntry.Action(rawValue: try row.decode(String.self, atIndex: 2))
        else { throw InvalidValue("audit", "breaks the store's rules") }
        return AuditEntry(
            at: at,
            actor: try row.decode(String.self, atIndex: 1),
            action: action,
            organisation: try row.decode(Int64?.self, atIndex: 3).flatMap { OrganisationID($0) },
            connectionID: try row.decode(String?.self, atIndex: 4).flatMap { ConnectionID($0) },
            before: try row.decode(String?.self, atIndex: 5),
            after: try row.decode(String?.self, atIndex: 6)
        )
    }

    /// The arguments of ``insert``.
    static func arguments(_ entry: AuditEntry) -> StatementArguments {
        [
            entry.at.rawValue, entry.actor, entry.action.rawValue, entry.organisation?.rawValue,
            entry.connectionID?.rawValue, entry.before, entry.after,
        ]
    }
}
