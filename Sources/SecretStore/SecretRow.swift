import Foundation
import GRDB
import WarehouseConnections

/// A row of the table `secret`, there and back.
enum SecretRow {
    private static let columns = "organisation, connection, name, version"
    private static let isOfID = "organisation = ? AND connection = ? AND name = ? AND version = ?"

    /// In their order.
    static func identities(of organisation: OrganisationID?, _ database: Database) throws -> [SecretID] {
        let sql = """
            SELECT \(columns) FROM secret WHERE organisation = coalesce(?, organisation) ORDER BY \(columns)
            """
        let rows = try Row.fetchCursor(database, sql: sql, arguments: [organisation?.rawValue])
        var identities: [SecretID] = []
        while let row = try rows.next() { identities.append(try identity(row)) }
        return identities
    }

    static func fetch(_ id: SecretID, _ database: Database) throws -> SealedSecret? {
        let sql = "SELECT encapsulated_key, ciphertext FROM secret WHERE \(isOfID)"
        let statement = try database.cachedStatement(sql: sql)
        guard let row = try Row.fetchOne(statement, arguments: arguments(id)) else { return nil }
        return SealedSecret(
            encapsulatedKey: try row.decode(Data.self, atIndex: 0),
            ciphertext: try row.decode(Data.self, atIndex: 1)
        )
    }

    static func insert(_ sealed: SealedSecret, _ id: SecretID, _ database: Database) throws {
        let sql = "INSERT INTO secret (\(columns), encapsulated_key, ciphertext) VALUES (?, ?, ?, ?, ?, ?)"
        let values: StatementArguments = [sealed.encapsulatedKey, sealed.ciphertext]
        try database.cachedStatement(sql: sql).execute(arguments: arguments(id) + values)
    }

    static func replace(_ sealed: SealedSecret, _ id: SecretID, _ database: Database) throws {
        let sql = "UPDATE secret SET encapsulated_key = ?, ciphertext = ? WHERE \(isOfID)"
        let values: StatementArguments = [sealed.encapsulatedKey, sealed.ciphertext]
        try database.cachedStatement(sql: sql).execute(arguments: values + arguments(id))
    }

    static func delete(_ id: SecretID, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM secret WHERE \(isOfID)", arguments: arguments(id))
    }

    static func delete(
        of organisation: OrganisationID,
        _ connection: ConnectionID,
        _ database: Database
    ) throws {
        let sql = "DELETE FROM secret WHERE organisation = ? AND connection = ?"
        try database.execute(sql: sql, arguments: [organisation.rawValue, connection.rawValue])
    }

    private static func arguments(_ id: SecretID) -> StatementArguments {
        [id.organisation.rawValue, id.connection.rawValue, id.name.rawValue, id.version.rawValue]
    }

    /// - Throws: ``InvalidValue`` or GRDB's `RowDecodingError` if it breaks a rule. (A subscript of a row would trap.)
    private static func identity(_ row: Row) throws -> SecretID {
        guard let organisation = OrganisationID(try row.decode(Int64.self, atIndex: 0)),
            let connection = ConnectionID(try row.decode(String.self, atIndex: 1)),
            let name = SecretName(try row.decode(String.self, atIndex: 2)),
            let version = SecretVersion(try row.decode(Int.self, atIndex: 3))
        else { throw InvalidValue("identity of a secret", "breaks the store's rules") }
        return SecretID(organisation: organisation, connection: connection, name: name, version: version)
    }
}
