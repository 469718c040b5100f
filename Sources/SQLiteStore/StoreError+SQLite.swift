import GRDB
import WarehouseConnections

extension StoreError {
    /// What an interrupted creation leaves.
    static let emptyFile = "an empty file"

    /// The store's view of an error that SQLite or a row's content raised.
    init(_ error: any Error, store: String) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as InvalidValue:
            self = .damaged(store: store, reason: "\(error)")
        case let error as DatabaseError:
            let reason = error.message ?? error.resultCode.description
            switch error.resultCode {
            case .SQLITE_CORRUPT: self = .damaged(store: store, reason: reason)
            case .SQLITE_NOTADB: self = .foreign(store: store, found: "no SQLite database")
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(store: store)
            default: self = .unavailable(store: store, reason: reason)
            }
        default:
            self = .unavailable(store: store, reason: "\(error)")
        }
    }
}
