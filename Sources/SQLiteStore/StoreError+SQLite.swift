import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

extension StoreError {
    /// What an interrupted creation leaves.
    static let emptyFile = "an empty file"

    /// What some network and container file systems lack.
    static let noWALMode = "its file system lacks the locks or the shared memory of SQLite's WAL mode: use a local one"

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
            case .SQLITE_IOERR where [.SQLITE_IOERR_SHMMAP, .SQLITE_IOERR_SHMLOCK].contains(error.extendedResultCode):
                self = .unavailable(store: store, reason: Self.noWALMode)
            // What is asked is always the same: an error in it is a table that is not as it was made.
            case .SQLITE_CORRUPT, .SQLITE_ERROR: self = .damaged(store: store, reason: reason)
            case .SQLITE_NOTADB: self = .foreign(store: store, found: "no SQLite database")
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(store: store)
            // It was there a moment ago.
            case .SQLITE_CANTOPEN where Self.isGone(store), .SQLITE_IOERR where Self.isGone(store):
                self = .missing(store: store)
            case .SQLITE_CANTOPEN, .SQLITE_READONLY:
                self = .unavailable(store: store, reason: Self.fileProblem(store) ?? reason)
            default: self = .unavailable(store: store, reason: reason)
            }
        default:
            self = .unavailable(store: store, reason: "\(error)")
        }
    }

    private static func isGone(_ store: String) -> Bool { unsafe access(store, F_OK) != 0 && errno == ENOENT }

    /// Which of a store's files can't be read, and why.
    private static func fileProblem(_ store: String) -> String? {
        for file in ["", "-wal", "-shm"].map({ companion(of: store, $0) }) where unsafe access(file, R_OK) != 0 {
            guard errno == ENOENT else { return "\(file): \(reason(errno))" }
            guard (try? DatabaseHeader(of: store))?.isInWALMode == true else { return nil }
            guard exists(companion(of: store, ".lock")) else {
                return "it is a copy of a store in use, and SQLite must make \(file) to read it: copy it to a folder "
                    + "that you may write, or make the copy with warehousectl backup"
            }
            return "\(file) is missing: warehousectl init, as the store's owner, makes it"
        }
        return nil
    }
}
