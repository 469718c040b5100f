public import WarehouseConnections

extension StoreError {
    public static let examples: [StoreError] = [
        .missing(store: "/store"), .foreign(store: "/store", found: "a directory"),
        .tooNew(store: "/store", readableFrom: 9), .needsMigration(store: "/store"), .locked(store: "/store"),
        .unavailable(store: "/store", reason: "permission denied"), .damaged(store: "/store", reason: "malformed"),
        .unreadable(store: "/store", reason: "permission denied"),
    ]
}
