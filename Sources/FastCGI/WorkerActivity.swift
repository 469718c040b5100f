import Synchronization

/// What others may know of a worker: a count that grows when it takes something in hand and when it is done with it.
final class WorkerActivity: Sendable {
    private let turns = Atomic(0)

    func begin() { turns.add(1, ordering: .acquiringAndReleasing) }
    func end() { turns.add(1, ordering: .acquiringAndReleasing) }

    /// Odd while something is in hand.
    var count: Int { turns.load(ordering: .acquiring) }
    var isBusy: Bool { count % 2 == 1 }
}

/// Notices a worker that does not get on.
struct ProgressCheck {
    private let workers: [WorkerActivity]
    private var counts: [Int] = []

    init(_ workers: [WorkerActivity]) { self.workers = workers }

    /// Whether no worker has the same thing in hand as at the last call.
    mutating func isMadeByAll() -> Bool {
        defer { counts = workers.map(\.count) }
        return !zip(workers, counts).contains { $0.isBusy && $0.count == $1 }
    }
}
