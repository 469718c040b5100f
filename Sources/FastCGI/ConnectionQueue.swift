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

    private let epoll: CInt
    private let parked = Mutex<Set<CInt>>([])
    private static let stopMark = UInt64.max
    private static let listenerMark = UInt64.max - 1

    init(listener: borrowing ListeningSocket, stop: borrowing EventCounter) throws(TransportError) {
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
        try Self.watch(stop.descriptor, EPOLL_CTL_ADD, EPOLLIN.rawValue, Self.stopMark, in: epoll)
        // EPOLLEXCLUSIVE: a waiting connection wakes one of the processes that share the socket, not all.
        let exclusive = EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
        try Self.watch(listener.descriptor, EPOLL_CTL_ADD, exclusive, Self.listenerMark, in: epoll)
    }

    deinit {
        close(epoll)
        parked.withLock { for descriptor in $0 { close(descriptor) } }
    }

    /// Blocks until something happens.
    func next() -> Event {
        var event = unsafe epoll_event()
        while unsafe epoll_wait(epoll, &event, 1, -1) != 1 {}
        switch unsafe event.data.u64 {
        case Self.stopMark: return .stop
        case Self.listenerMark: return .connectionWaiting
        default:
            let descriptor = unsafe CInt(truncatingIfNeeded: event.data.u64)
            _ = parked.withLock { $0.remove(descriptor) }
            return .readable(descriptor: descriptor)
        }
    }

    /// Takes over `connection` until its next request begins or its peer goes away.
    func park(_ connection: consuming Connection) {
        let descriptor = connection.release()
        _ = parked.withLock { $0.insert(descriptor) }
        let mark = UInt64(descriptor)
        let once = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
        do {
            do {
                try Self.watch(descriptor, EPOLL_CTL_MOD, once, mark, in: epoll)
            } catch .system(_, ENOENT) {
                try Self.watch(descriptor, EPOLL_CTL_ADD, once, mark, in: epoll)
            }
        } catch {
            _ = parked.withLock { $0.remove(descriptor) }
            close(descriptor)
        }
    }

    private static func watch(
        _ descriptor: CInt,
        _ operation: CInt,
        _ events: UInt32,
        _ mark: UInt64,
        in epoll: CInt
    ) throws(TransportError) {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: mark))
        guard unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0 else {
            throw .system(call: "epoll_ctl", errno: errno)
        }
    }
}
