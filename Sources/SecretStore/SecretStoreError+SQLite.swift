import GRDB
import Glibc
import WarehouseConnections

extension SecretStoreError {
    /// The store's view of an error that SQLite, a file or a row's content raised.
    init(_ error: any Error, store: String) {
        switch error {
        case let error as SecretStoreError: self = error
        case StoreError.locked: self = .locked(store: store)
        case StoreError.cannotCreate(let file, let reason), StoreError.cannotWrite(let file, let reason):
            self = .cannotCreate(file: file, reason: reason)
        case StoreError.unavailable(_, let reason): self = .unavailable(store: store, reason: reason)
        case let error as InvalidValue: self = .damaged(store: store, reason: "\(error)")
        case let error as DatabaseError:
            let reason = error.message ?? error.resultCode.description
            switch error.resultCode {
            case .SQLITE_CORRUPT: self = .damaged(store: store, reason: reason)
            case .SQLITE_NOTADB: self = .foreign(store: store, found: "no SQLite database")
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(store: store)
            default: self = .unavailable(store: store, reason: reason)
            }
        default: self = .unavailable(store: store, reason: "\(error)")
        }
    }
}
