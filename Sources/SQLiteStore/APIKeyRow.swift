import Foundation
import GRDB
import WarehouseConnections

/// A row of the table `api_key`, there and back.
enum APIKeyRow {
    /// The columns that ``decode(_:from:)`` reads.
    static let columns = "id, secret_sha256, organisation, label, created_at, expires_at, revoked_at"

    /// The key in the columns of `row` from `first` on, or nil if they are null.
    ///
    /// - Throws: ``InvalidValue`` if it breaks a rule of the domain.
    static func decode(_ row: ResultRow, from first: Int) throws(InvalidValue) -> StoredAPIKey? {
        func time(_ column: Int) throws(InvalidValue) -> Timestamp? {
            guard let text = try row.text(first + column) else { return nil }
            return try required(Timestamp(text), "a time")
        }
        func required<Value>(_ value: Value?, _ member: String) throws(InvalidValue) -> Value {
            guard let value else { throw InvalidValue(member, "of an API key breaks the store's rules") }
            return value
        }
        let id = try row.text(first)
        let key = try StoredAPIKey(
            id: required(KeyID(id ?? "000000000000"), "id"),
            secretDigest: required(row.blob(first + 1), "secret_sha256"),
            organisation: required(row.integer(first + 2).flatMap { OrganisationID($0) }, "organisation"),
            label: required(row.text(first + 3), "label"),
            createdAt: required(time(4), "created_at"),
            expiresAt: time(5),
            revokedAt: time(6)
        )
        return id == nil ? nil : key
    }

    /// The same columns for a look-up: an unknown key reads as a revoked one whose id is null, so that decoding it takes
    /// as long. Only an unknown one: a null in the row of a known key is damage, and must not be mended here.
    static let lookUpColumns: String = {
        let never = "'2000-01-01T00:00:00Z'"
        let unknown = [
            ("secret_sha256", "zeroblob(32)"), ("organisation", "1"), ("label", "''"), ("created_at", never),
            ("expires_at", never), ("revoked_at", never),
        ]
        return (["api_key.id"] + unknown.map { "iif(api_key.id IS NULL, \($1), \($0))" }).joined(separator: ", ")
    }()

    static let insert = "INSERT INTO api_key (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?)"

    /// The arguments of ``insert``.
    static func arguments(_ key: StoredAPIKey) -> StatementArguments {
        [
            key.id.rawValue, Data(key.secretDigest), key.organisation.rawValue, key.label, key.createdAt.rawValue,
            key.expiresAt?.rawValue, key.revokedAt?.rawValue,
        ]
    }

    static let revoke = "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?"
}
