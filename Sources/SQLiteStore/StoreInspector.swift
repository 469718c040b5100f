public import Foundation
import GRDB
import StoreFiles
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
        /// When a change is worth a check, and when another look without one is.
        var nextCheck = (changed: ContinuousClock.now, unchanged: ContinuousClock.Instant?.none)
        var verdict: (identity: FileIdentity, failure: StoreError)?
    }

    private let path: String
    private let state = Mutex(State())
    private let connections = Mutex<[WeakConnection]>([])
    private let currentGeneration = Atomic(0)

    public init(path: String) { self.path = path }

    public var lastReport: Report? { state.withLock { $0.report } }

    /// Checks the store if its files have changed since the last check, at first always. To be called again and again.
    ///
    /// A check reads the whole file (`PRAGMA quick_check`, about a second for each GB), so it follows the one before
    /// after twenty times its duration. What can't come of a usual change is checked at once, and so is any change after
    /// a check that failed; without a change that one is repeated after a while: what failed may have been the check.
    ///
    /// - Parameter isSuspect: whether a reader has met a failure since: one that came and went leaves no change behind.
    /// - Returns: what it found; nil if there was nothing to do.
    public func inspect(isSuspect: Bool = false) -> Report? {
        let files = Files(
            database: try? FileState(ofStore: path),
            log: try? FileState(ofStore: companion(of: path, "-wal")),
            index: try? FileIdentity(ofStore: companion(of: path, "-shm"))
        )
        let (isReplaced, isDue) = state.withLock { state in
            let isReplaced = state.seen.map { !$0.areSame(as: files) } ?? false
            if isReplaced { beginGeneration() }
            state.seen = files
            let now = ContinuousClock.now
            if state.checked == files, !isSuspect {
                return (isReplaced, state.nextCheck.unchanged.map { now >= $0 } ?? false)
            }
            // What can't come of a usual change is looked at without a delay.
            let isAlike = files.database?.isAlike(state.checked?.database) ?? false
            return (isReplaced, now >= state.nextCheck.changed || !isAlike)
        }
        if isReplaced { closeConnections() }
        guard isDue else { return nil }
        let start = ContinuousClock.now
        let outcome = Result { () throws(StoreError) in try SQLiteReader(path: path).checkFile() }
        let end = ContinuousClock.now
        let report = Report(outcome: outcome, time: .now, duration: end - start)
        state.withLock { state in
            // What readers have read of a file before its repair may be wrong.
            if state.verdict != nil { beginGeneration() }
            state.verdict = nil
            state.checked = files
            state.report = report
            switch outcome {
            case .success:
                state.nextCheck = (end + report.duration * 20, nil)
            case .failure(let failure):
                state.nextCheck = (end, end + max(report.duration * 20, .seconds(1)))
                if failure.isOfContent, let database = files.database {
                    state.verdict = (database.identity, failure)
                    beginGeneration()
                }
            }
        }
        return report
    }

    /// Another number whenever readers must ask for the ``verdict(on:)`` and open the store anew.
    var generation: Int { currentGeneration.load(ordering: .acquiring) }

    /// Why readers may not use the file of this identity, and the generation in which that is so.
    func verdict(on identity: FileIdentity) -> (failure: StoreError?, generation: Int) {
        state.withLock { state in
            (state.verdict?.identity == identity ? state.verdict?.failure : nil, generation)
        }
    }

    /// Opens the store for a reader that obeys ``generation``.
    func open() throws -> ReadConnection {
        try connections.withLock { connections in
            let connection = try ReadConnection(path)
            connections.removeAll { $0.connection == nil }
            connections.append(WeakConnection(connection: connection))
            return connection
        }
    }

    private func beginGeneration() { currentGeneration.add(1, ordering: .releasing) }

    /// Of all connections of a process to a database SQLite makes one index, which lives as long as any of them: as long
    /// as one is open, even a new one would go on with an index that was removed, and see no later change.
    private func closeConnections() {
        connections.withLock { connections in
            for connection in connections { connection.connection?.close() }
            connections = []
        }
    }
}

extension StoreError {
    /// Whether it is about the store, and not about the attempt to look at it, which may succeed when repeated.
    fileprivate var isOfContent: Bool {
        switch self {
        case .damaged, .foreign, .tooNew, .unreadable: true
        default: false
        }
    }
}

private struct WeakConnection {
    weak var connection: ReadConnection?
}
