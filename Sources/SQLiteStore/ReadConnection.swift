import GRDB
import Synchronization

/// An open store and its look-ups: used by one reader, closed by whoever finds that its files were exchanged.
final class ReadConnection: Sendable {
    struct Closed: Error {}

    private struct Open {
        let database: DatabaseQueue
        let lookUps: LookUps
        var log: WALIndexHeader
    }

    private let open: Mutex<Open?>

    init(_ path: String) throws {
        let database = try SQLiteReader.open(path)
        open = Mutex(
            try database.unsafeRead { connection in
                Open(database: database, lookUps: try LookUps(connection, path), log: try WALIndexHeader(connection))
            }
        )
    }

    /// - Throws: ``Closed``, or what `body` throws.
    func use<Result: Sendable>(_ body: @Sendable (LookUps) throws -> Result) throws -> Result {
        try open.withLock { open in
            guard let lookUps = open?.lookUps else { throw Closed() }
            return try body(lookUps)
        }
    }

    /// Whether something has been committed since the last call.
    func hasChanged() throws -> Bool {
        try open.withLock { open in
            guard let hasChanged = open?.log.hasChanged() else { throw Closed() }
            return hasChanged
        }
    }

    func close() {
        open.withLock { open in
            let database = open?.database
            open = nil
            try? database?.close()
        }
    }
}
