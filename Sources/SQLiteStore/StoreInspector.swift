public import Foundation
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

    /// The files of a store as they stand; nil for one that is not there.
    private struct Files: Equatable {
        let database: FileState?
        let log: FileState?
        let index: FileState?
    }

    private struct State {
        var checked: Files?
        var report: Report?
        var nextCheck = ContinuousClock.now
        /// The log and the index that readers have open.
        var shared: (log: FileIdentity?, index: FileIdentity?)
        var generation = 0
    }

    private let path: String
    private let state = Mutex(State())

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
            index: try? FileState(ofStore: path + "-shm")
        )
        let isDue = state.withLock { state in
            if isOther(files.log, state.shared.log) || isOther(files.index, state.shared.index) {
                state.generation += 1
                state.shared = (files.log?.identity, files.index?.identity)
            }
            return state.checked != files && ContinuousClock.now >= state.nextCheck
        }
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

    /// Whether a file was removed, made or replaced; not whether it was written to.
    private func isOther(_ file: FileState?, _ known: FileIdentity?) -> Bool {
        file.map { !$0.identity.isSameFile(as: known) } ?? (known != nil)
    }
}
