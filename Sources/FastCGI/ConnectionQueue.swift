import CFastCGI
import Glibc
import Synchronization

/// What the workers wait for together: the stop, waiting connections, and the open ones that no worker has in hand.
///
/// An open connection costs a descriptor and no thread until a whole request is there, so neither idle kept
/// connections nor peers that send slowly or nothing hold anyone up. Source: epoll(7).
struct ConnectionQueue: ~Copyable, Sendable {
    /// What an open connection waits for.
    enum Wait: Equatable {
        case request
        /// The rest of a request of which `unread` bytes are there.
        case rest(unread: Int, until: ContinuousClock.Instant)
        /// The peer, to see the end and go.
        case farewell(until: ContinuousClock.Instant)

        var deadline: ContinuousClock.Instant? {
            switch self {
            case .request: nil
            case .rest(_, let deadline), .farewell(let deadline): deadline
            }
        }
    }

    enum Event {
        case stop
        /// Said to one worker, and to nobody again before ``awaitConnection()``.
        case connectionWaiting
        /// A connection that was parked has something to read; the caller owns it now.
        case readable(descriptor: CInt, Wait)
        /// Its wait has come to its end in vain; the caller owns it now.
        case overdue(descriptor: CInt, Wait)
    }

    private let epoll: CInt
    private let listener: CInt
    private let parked = Mutex(ParkedConnections())
    /// How many connections wait with a deadline: no stop leaves them behind.
    let unfinished = Atomic(0)
    /// Once, or every idle worker would wake for each connection. Not EPOLLEXCLUSIVE: of the processes that share the
    /// socket it may wake only one that is about to stop.
    private static let oneConnection = EPOLLIN.rawValue | EPOLLONESHOT.rawValue
    private static let stopMark = UInt64.max
    private static let listenerMark = UInt64.max - 1

    init(listener: borrowing ListeningSocket, stop: borrowing EventCounter) throws(TransportError) {
        self.listener = listener.descriptor
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
        guard watch(stop.descriptor, EPOLL_CTL_ADD, EPOLLIN.rawValue, Self.stopMark),
            watch(listener.descriptor, EPOLL_CTL_ADD, Self.oneConnection, Self.listenerMark)
        else { throw .system(call: "epoll_ctl", errno: errno) }
    }

    deinit {
        close(epoll)
        parked.withLock { $0.closeAll() }
    }

    /// Open connections in no worker's hand.
    var parkedCount: Int { parked.withLock { $0.count } }
    /// Those of them on which a part of a request has come.
    var unfinishedRequests: Int { parked.withLock { $0.unfinishedRequests } }

    /// Blocks until something happens.
    func next() -> Event {
        while true {
            let hasDeadlines = unfinished.load(ordering: .acquiring) > 0
            if hasDeadlines, let (descriptor, wait) = parked.withLock({ $0.takeOverdue() }) {
                unfinished.subtract(1, ordering: .acquiringAndReleasing)
                return .overdue(descriptor: descriptor, wait)
            }
            var event = unsafe epoll_event()
            let timeout = hasDeadlines ? CInt(ParkedConnections.sweepInterval / .milliseconds(1)) : -1
            guard unsafe epoll_wait(epoll, &event, 1, timeout) == 1 else { continue }
            let mark = unsafe event.data.u64
            if mark == Self.stopMark { return .stop }
            if mark == Self.listenerMark { return .connectionWaiting }
            let isGone = unsafe event.events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
            if let (descriptor, wait) = parked.withLock({ $0.take(mark, peerIsGone: isGone) }) {
                if wait.deadline != nil { unfinished.subtract(1, ordering: .acquiringAndReleasing) }
                return .readable(descriptor: descriptor, wait)
            }
        }
    }

    /// Lets the next waiting connection, which may be there already, be an event again.
    func awaitConnection() {
        _ = watch(listener, EPOLL_CTL_MOD, Self.oneConnection, Self.listenerMark)
    }

    /// Takes over `connection` until what it waits for has come, or its peer goes away.
    func park(_ connection: consuming Connection, _ wait: Wait) {
        let descriptor = connection.release()
        var trigger = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
        // Bytes that are there and stay there must not count as news: edge-triggered. An edge comes again and again.
        if case .rest = wait { trigger |= EPOLLET.rawValue } else { trigger |= EPOLLONESHOT.rawValue }
        if wait.deadline != nil { unfinished.add(1, ordering: .acquiringAndReleasing) }
        // Under the lock: otherwise another worker could take an overdue one before epoll knows it, and close it; its number
        // may be another connection's by then.
        parked.withLock { parked in
            let mark = parked.add(descriptor, wait)
            // A descriptor that was parked before is known to epoll, a new one is not.
            guard watch(descriptor, EPOLL_CTL_MOD, trigger, mark) || watch(descriptor, EPOLL_CTL_ADD, trigger, mark)
            else {
                parked.remove(descriptor)
                if wait.deadline != nil { unfinished.subtract(1, ordering: .acquiringAndReleasing) }
                close(descriptor)
                return
            }
        }
    }

    /// Closes the connection that has been parked for longest; false if none is.
    func closeOldest() -> Bool {
        guard let (descriptor, wait) = parked.withLock({ $0.takeOldest() }) else { return false }
        if wait.deadline != nil { unfinished.subtract(1, ordering: .acquiringAndReleasing) }
        return close(descriptor) == 0
    }

    private func watch(_ descriptor: CInt, _ operation: CInt, _ events: UInt32, _ mark: UInt64) -> Bool {
        var event = unsafe epoll_event(events: events, data: epoll_data_t(u64: mark))
        return unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0
    }
}
