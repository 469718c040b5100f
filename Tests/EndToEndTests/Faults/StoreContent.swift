import SQLiteStore
import WarehouseConnections

/// All that a store holds, read as `warehousectl check` reads it.
struct StoreContent: Equatable {
    private(set) var connections: [OrganisationID: WarehouseConnection] = [:]
    private(set) var keys: [KeyID: StoredAPIKey] = [:]
    private(set) var audit: [AuditEntry] = []

    /// What no store holds.
    init() {}

    /// - Throws: what is wrong with the file or a row.
    init(of store: String) throws {
        let reader = SQLiteReader(path: store)
        try reader.checkFile()
        try reader.forEachConnection { connections[$0] = $1 }
        try reader.forEachKey { keys[$0.id] = $0 }
        try reader.forEachAuditEntry(of: nil) { audit.append($0) }
    }
}
