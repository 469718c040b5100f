import GRDB
import WarehouseConnections

/// A row of the table `connection`, there and back.
enum ConnectionRow {
    /// The columns that ``decode(_:from:)`` reads. Of `config` only the public fields of the known types leave SQLite.
    static let columns: String = {
        let fields = publicFields.map { "config ->> '\($0)'" }
        return
            (["id", "type", "status"] + fields
            + ["public_key", "setup_script", "created_at", "last_tested_at", "last_error"]).joined(separator: ", ")
    }()

    private static let publicFields: [String] = {
        var fields: [String] = []
        for field in WarehouseType.all.flatMap(\.publicFields) where !fields.contains(field.name) {
            fields.append(field.name)
        }
        return fields
    }()

    /// The connection in the columns of `row` from `first` on.
    ///
    /// - Throws: ``InvalidValue`` if it breaks a rule of the domain.
    static func decode(_ row: ResultRow, from first: Int) throws(InvalidValue) -> WarehouseConnection {
        func text(_ column: Int) throws(InvalidValue) -> String? { try row.text(first + column) }
        func value<Value>(
            _ column: Int,
            _ member: String,
            _ parse: (String) -> Value?
        ) throws(InvalidValue) -> Value? {
            guard let text = try text(column) else { return nil }
            guard let value = parse(text) else { throw InvalidValue(member, "breaks the store's rules") }
            return value
        }
        func required<Value>(
            _ column: Int,
            _ member: String,
            _ parse: (String) -> Value?
        ) throws(InvalidValue) -> Value {
            guard let value = try value(column, member, parse) else { throw InvalidValue(member, "is null") }
            return value
        }
        let next = 3 + publicFields.count
        return try WarehouseConnection(
            id: required(0, "id") { ConnectionID($0) },
            status: required(2, "status") { ConnectionStatus(rawValue: $0) },
            configuration: WarehouseConfiguration(type: required(1, "type") { WarehouseType.named($0) }) { field in
                publicFields.firstIndex(of: field.name).flatMap { fieldValue(row, first + 3 + $0, of: field) }
            },
            publicKey: value(next, "public_key") { PublicKey($0) },
            setupScript: text(next + 1),
            createdAt: required(next + 2, "created_at") { Timestamp($0) },
            lastTestedAt: value(next + 3, "last_tested_at") { Timestamp($0) },
            lastError: text(next + 4)
        )
    }

    /// SQLite's `->>` has 0 and 1 for JSON's false and true. What is of another kind than the field is refused later.
    private static func fieldValue(_ row: ResultRow, _ column: Int, of field: WarehouseType.Field) -> FieldValue? {
        switch (field.kind, row.fieldValue(column)) {
        case (.boolean, .integer(let number)) where number == 0 || number == 1: .boolean(number == 1)
        case (_, let value): value
        }
    }

    static let put = """
        INSERT INTO connection (
            organisation, id, type, status, config, public_key, setup_script, created_at, last_tested_at, last_error
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (organisation) DO UPDATE SET
            id = excluded.id, type = excluded.type, status = excluded.status, config = excluded.config,
            public_key = excluded.public_key, setup_script = excluded.setup_script, created_at = excluded.created_at,
            last_tested_at = excluded.last_tested_at, last_error = excluded.last_error
        """

    /// The arguments of ``put``.
    static func arguments(
        _ connection: WarehouseConnection,
        of organisation: OrganisationID
    ) -> StatementArguments {
        var config = JSONWriter()
        config.object { connection.configuration.write(to: &$0) }
        return [
            organisation.rawValue, connection.id.rawValue, connection.configuration.type.name,
            connection.status.rawValue, String(decoding: config.bytes, as: UTF8.self), connection.publicKey?.base64,
            connection.setupScript, connection.createdAt.rawValue, connection.lastTestedAt?.rawValue,
            connection.lastError,
        ]
    }
}
