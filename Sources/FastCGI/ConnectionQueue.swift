import CFastCGI
import Glibc
import Synchronization

/// What the workers wait for together: the stop, waiting connections, and the open ones that no worker has in hand.
///
/// An open connection costs a descriptor and no thread until its next request begins, so neither idle kept connections
/// nor silent peers hold anyone up. Source: epoll(7), `EPOLLONESHOT`.
struct ConnectionQueue: ~Copyable, Sendable {
    enum Event: Equatable {
        case stop
        case connectionWaiting
        /// A connection that was parked has something to read; the caller owns it now.
        case readable(descriptor: CInt)
    }

    /// The connections that nobody has in hand: each descriptor with the number of its parking.
    private struct Parked {
        var numbers: [CInt: UInt32] = [:]
        var nextNumber: UInt32 = 0
    }

    private let epoll: CInt
    private let parked = Mutex(Parked())
    private static let stopMark = UInt64.max
    private static let listenerMark = UInt64.max - 1

    init(listener: borrowing ListeningSocket, stop: borrowing EventCounter) throws(TransportError) {
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
        guard watch(stop.descriptor, EPOLL_CTL_ADD, EPOLLIN.rawValue, Self.stopMark),
            // Not EPOLLEXCLUSIVE: of the processes that share the socket it may wake only one that is about to stop.
            watch(listener.descriptor, EPOLL_CTL_ADD, EPOLLIN.rawValue, Self.listenerMark)
        else { throw .system(call: "epoll_ctl", errno: errno) }
    }

    deinit {
        close(epoll)
        parked.withLock { for descriptor in $0.numbers.keys { close(descriptor) } }
    }

    /// Blocks until something happens.
    func next() -> Event {
        while true {
            var event = unsafe epoll_event()
            guard unsafe epoll_wait(epoll, &event, 1, -1) == 1 else { continue }
            let mark = unsafe event.data.u64
            if mark == Self.stopMark { return .stop }
            if mark == Self.listenerMark { return .connectionWaiting }
            let descriptor = CInt(truncatingIfNeeded: mark & 0xFFFF_FFFF)
            // An event of a connection that was closed since must not be taken for one of its descriptor's successor.
            let isOurs = parked.withLock { parked in
                guard parked.numbers[descriptor] == UInt32(mark >> 32) else { return false }
                parked.numbers[descriptor] = nil
                return true
            }
            if isOurs { return .readable(descriptor: descriptor) }
        }
    }

    /// Takes over `connection` until its next request begins or its peer goes away.
    func park(_ connection: consuming Connection) {
        let descriptor = connection.release()
        let once = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
        parked.withLock { parked in
            let mark = UInt64(parked.nextNumber) << 32 | UInt64(descriptor)
            // A descriptor that was parked before is known to epoll, a new one is not.
            guard watch(descriptor, EPOLL_CTL_MOD, once, mark) || watch(descriptor, EPOLL_CTL_ADD, once, mark) else {
                close(descriptor)
                return
            }
            parked.numbers[descriptor] = parked.nextNumber
            // The two marks above are beyond it.
            parked.nextNumber = (parked.nextNumber + 1) % (1 << 31)
        }
    }

    /// Closes the connection that has been parked for longest; false if none is.
    func closeOldest() -> Bool {
        let oldest: CInt? = parked.withLock { parked in
            let oldest = parked.numbers.min { $0.value < $1.value }?.key
            if let oldest { parked.numbers[oldest] = nil }
            return oldest
        }
        return oldest.map { close($0) == 0 } ?? false
    }

    private func watch(_ descriptor: CInt, _ operation: CInt, _ events: UInt32, _ mark: UInt64) -> Bool {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: mark))
        return unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0
    }
}
