import CFastCGI
import Glibc

/// The open connections that no worker has in hand: each descriptor with the number of its parking and what it waits
/// for.
struct ParkedConnections {
    typealias Wait = ConnectionQueue.Wait

    /// How late a deadline may be noticed.
    static let sweepInterval = Duration.milliseconds(100)

    private var entries: [CInt: (number: UInt32, wait: Wait)] = [:]
    private var nextNumber: UInt32 = 0
    private var nextSweep = ContinuousClock.now

    var count: Int { entries.count }
    var unfinishedRequests: Int {
        entries.values.count { if case .rest = $0.wait { true } else { false } }
    }

    /// Adds one; returns the mark by which events tell of it.
    mutating func add(_ descriptor: CInt, _ wait: Wait) -> UInt64 {
        defer { nextNumber = (nextNumber + 1) % (1 << 31) }  // The queue's own marks are beyond it.
        entries[descriptor] = (nextNumber, wait)
        return UInt64(nextNumber) << 32 | UInt64(descriptor)
    }

    mutating func remove(_ descriptor: CInt) {
        entries[descriptor] = nil
    }

    /// Takes the one that an event with `mark` tells of, unless it brings nothing that was not known.
    mutating func take(_ mark: UInt64, peerIsGone: Bool) -> (CInt, Wait)? {
        let descriptor = CInt(truncatingIfNeeded: mark & 0xFFFF_FFFF)
        // An event of a connection that was closed since must not be taken for one of its descriptor's successor.
        guard let (number, wait) = entries[descriptor], number == UInt32(mark >> 32) else { return nil }
        if case .rest(let unread, _) = wait, !peerIsGone, fastcgi_unread_byte_count(descriptor) <= unread {
            return nil
        }
        entries[descriptor] = nil
        return (descriptor, wait)
    }

    /// Takes one whose deadline is over.
    mutating func takeOverdue() -> (CInt, Wait)? {
        let now = ContinuousClock.now
        guard now >= nextSweep else { return nil }
        guard let (descriptor, entry) = entries.first(where: { $0.value.wait.deadline.map { $0 <= now } ?? false })
        else {
            nextSweep = now + Self.sweepInterval
            return nil
        }
        entries[descriptor] = nil
        return (descriptor, entry.wait)
    }

    mutating func takeOldest() -> (CInt, Wait)? {
        guard let (descriptor, entry) = entries.min(by: { $0.value.number < $1.value.number }) else { return nil }
        entries[descriptor] = nil
        return (descriptor, entry.wait)
    }

    mutating func closeAll() {
        for descriptor in entries.keys { close(descriptor) }
        entries = [:]
    }
}
