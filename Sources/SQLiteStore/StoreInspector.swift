public import Foundation
import GRDB
import Synchronization
public import WarehouseConnections

/// Looks after the file of a store for all readers of a process: they answer look-ups from pages that they have read
/// before, and so may never meet what has happened to the file since.
public final class StoreInspector: Sendable {
    /// What a check of the whole file has found.
    public struct Report: Sendable {
        public let outcome: Result<Void, StoreError>
        public let time: Date
        public let duration: Duration
    }

    /// The files of a store as they stand; nil for one that is not there. Readers, too, write to the index.
    private struct Files: Equatable {
        let database: FileState?
        let log: FileState?
        let index: FileIdentity?

        /// Whether none was removed, made or replaced; each may have been written to.
        func areSame(as other: Files) -> Bool {
            func isSame(_ one: FileIdentity?, _ other: FileIdentity?) -> Bool {
                one?.isSameFile(as: other) ?? (other == nil)
            }
            return isSame(database?.identity, other.database?.identity) && isSame(log?.identity, other.log?.identity)
                && isSame(index, other.index)
        }
    }

    private struct State {
        var seen: Files?
        var checked: Files?
        var report: Report?
        var nextCheck = ContinuousClock.now
        var generation = 0
    }

    private let path: String
    private let state = Mutex(State())
    private let databases = Mutex<[WeakDatabase]>([])

    public init(path: String) { self.path = path }

    public var lastReport: Report? { state.withLock { $0.report } }

    /// Checks the store if its files have changed since the last check, at first always. To be called again and again.
    ///
    /// A check reads the whole file (`PRAGMA quick_check`, about a second for each GB), so it follows the one before
    /// after twenty times its duration; as soon as may be when that one has failed.
    ///
    /// - Returns: what it found; nil if there was nothing to do.
    public func inspect() -> Report? {
        let files = Files(
            database: try? FileState(ofStore: path),
            log: try? FileState(ofStore: path + "-wal"),
            index: try? FileIdentity(ofStore: path + "-shm")
        )
        let (isReplaced, isDue) = state.withLock { state in
            let isReplaced = state.seen.map { !$0.areSame(as: files) } ?? false
            if isReplaced { state.generation += 1 }
            state.seen = files
            return (isReplaced, state.checked != files && ContinuousClock.now >= state.nextCheck)
        }
        if isReplaced { closeDatabases() }
        guard isDue else { return nil }
        let start = ContinuousClock.now
        let outcome = Result { () throws(StoreError) in try SQLiteReader(path: path).checkFile() }
        let end = ContinuousClock.now
        let report = Report(outcome: outcome, time: .now, duration: end - start)
        state.withLock { state in
            // What readers have read of a file before its repair may be wrong.
            if case .failure = state.report?.outcome { state.generation += 1 }
            state.checked = files
            state.report = report
            if case .success = outcome { state.nextCheck = end + report.duration * 20 } else { state.nextCheck = end }
        }
        return report
    }

    /// Why readers may not use the file of this identity; and a number that tells them, when it changes, to open it anew.
    func verdict(on identity: FileIdentity) -> (failure: StoreError?, generation: Int) {
        state.withLock { state in
            guard case .failure(let failure) = state.report?.outcome, state.checked?.database?.identity == identity
            else {
                return (nil, state.generation)
            }
            return (failure, state.generation)
        }
    }

    /// Opens the store for a reader that obeys ``verdict(on:)``.
    func open() throws -> DatabaseQueue {
        try databases.withLock { databases in
            let database = try SQLiteReader.open(path)
            databases.removeAll { $0.database == nil }
            databases.append(WeakDatabase(database: database))
            return database
        }
    }

    /// Of all connections of a process to a database SQLite makes one index, which lives as long as any of them: as long
    /// as one is open, even a new one would go on with an index that was removed, and see no later change.
    private func closeDatabases() {
        databases.withLock { databases in
            for database in databases { try? database.database?.close() }
            databases = []
        }
    }
}

private struct WeakDatabase {
    weak var database: DatabaseQueue?
}
