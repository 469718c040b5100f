import GRDB
import WarehouseConnections

/// A row of the table `audit`, there and back.
enum AuditRow {
    private static let columns = "at, actor, action, organisation, connection_id, before, after"
    static let select = "SELECT \(columns) FROM audit WHERE organisation = ?1 OR ?1 IS NULL ORDER BY id"
    static let selectFirst = "SELECT 1 FROM audit WHERE organisation = ?"
    static let selectOfConnection = """
        SELECT \(columns) FROM audit WHERE organisation = ? AND connection_id = ? ORDER BY id
        """
    static let insert = "INSERT INTO audit (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)"

    /// - Throws: ``InvalidValue`` if it breaks a rule of the domain.
    static func decode(_ row: ResultRow) throws(InvalidValue) -> AuditEntry {
        guard let at = try row.text(0).flatMap({ Timestamp($0) }), let actor = try row.text(1),
            let action = try row.text(2).flatMap({ AuditEntry.Action(rawValue: $0) })
        else { throw InvalidValue("audit", "breaks the store's rules") }
        return AuditEntry(
            at: at,
            actor: actor,
            action: action,
            organisation: try row.integer(3).flatMap { OrganisationID($0) },
            connectionID: try row.text(4).flatMap { ConnectionID($0) },
            before: try row.text(5),
            after: try row.text(6)
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
