import Dispatch
import Foundation
import Synchronization

/// Elements that a thread of its own makes while the caller works on earlier ones; they come in their order, once.
final class ReadAhead<Element: Sendable>: Sendable {
    /// How many are handed over at once, and how often that may happen before the first are taken.
    private static var batchSize: Int { 256 }
    private static var batchesAhead: Int { 4 }

    private let batches = Mutex<[[Element]]>([])
    private let isMade = DispatchSemaphore(value: 0)
    private let hasRoom = DispatchSemaphore(value: 0)

    /// - Parameter next: makes the next element; nil after the last. Called on that thread alone.
    init(_ next: @escaping @Sendable () -> Element?) {
        for _ in 0..<Self.batchesAhead { hasRoom.signal() }
        Thread.detachNewThread { [self] in
            var batch: [Element] = []
            repeat {
                hasRoom.wait()
                batch.removeAll()
                while batch.count < Self.batchSize, let element = next() { batch.append(element) }
                batches.withLock { $0.append(batch) }
                isMade.signal()
            } while !batch.isEmpty
        }
    }

    /// The next ones; none at the end.
    private func takeBatch() -> [Element] {
        isMade.wait()
        let batch = batches.withLock { $0.removeFirst() }
        hasRoom.signal()
        return batch
    }
}

extension ReadAhead: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate let source: ReadAhead
        private var batch: ArraySlice<Element> = []
        private var isAtEnd = false

        fileprivate init(_ source: ReadAhead) { self.source = source }

        mutating func next() -> Element? {
            if batch.isEmpty, !isAtEnd {
                batch = source.takeBatch()[...]
                isAtEnd = batch.isEmpty
            }
            return batch.popFirst()
        }
    }

    func makeIterator() -> Iterator { Iterator(self) }
}
