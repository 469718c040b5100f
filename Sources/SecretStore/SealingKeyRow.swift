import Foundation
import GRDB
import WarehouseConnections

/// A row of the table `sealing_key`.
enum SealingKeyRow: String {
    /// The key that all secrets of the store are sealed to. Its private half is in a file, on the disk.
    case current
    /// The key whose private half is being written to a file. Nothing is sealed to it yet.
    case pending

    func fetch(_ database: Database) throws -> PublicSealingKey? {
        let sql = "SELECT public_key FROM sealing_key WHERE state = ?"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [rawValue]) else { return nil }
        guard let key = PublicSealingKey(try row.decode(Data.self, atIndex: 0)) else {
            throw InvalidValue("sealing key", "breaks the store's rules")
        }
        return key
    }

    func put(_ key: PublicSealingKey, _ database: Database) throws {
        let sql = "INSERT OR REPLACE INTO sealing_key (state, public_key) VALUES (?, ?)"
        try database.execute(sql: sql, arguments: [rawValue, key.rawValue])
    }

    func delete(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM sealing_key WHERE state = ?", arguments: [rawValue])
    }
}
