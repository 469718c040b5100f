import Glibc
import Synchronization

/// A FastCGI responder: a listening socket and the threads that answer what comes in on it.
public final class Server: Sendable {
    let queue: ConnectionQueue
    private let listener: ListeningSocket
    private let stopRequest: EventCounter
    private let finished: EventCounter
    private let stopping = Atomic(false)
    private let ready: EventCounter
    private let starting: Atomic<Int>
    private let running: Atomic<Int>
    private let workers: [WorkerActivity]
    private let hasReportedAccept = Atomic(false)
    private let failure = Mutex<TransportError?>(nil)
    private let report: @Sendable (TransportError) -> Void

    /// Starts `threads` workers.
    ///
    /// - Parameters:
    ///   - report: called once when connections can't be accepted for want of descriptors or memory, and when a failure
    ///     that lasts stops the server.
    ///   - makeHandler: called once on each worker's thread; what it returns stays on that thread.
    public init(
        listener: consuming ListeningSocket,
        threads: Int,
        report: @escaping @Sendable (TransportError) -> Void,
        makeHandler: @escaping @Sendable () -> Handler
    ) throws(TransportError) {
        try Library.initialise()
        raiseDescriptorLimit()
        stopRequest = try EventCounter()
        ready = try EventCounter()
        finished = try EventCounter()
        queue = try ConnectionQueue(listener: listener, stop: stopRequest)
        self.listener = listener
        self.report = report
        starting = Atomic(threads)
        running = Atomic(threads)
        workers = (0..<threads).map { _ in WorkerActivity() }
        for activity in workers {
            try startThread { [self] in
                var worker = Worker(handler: makeHandler(), activity: activity)
                if starting.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { ready.raise() }
                do throws(TransportError) {
                    try worker.run(self)
                } catch {
                    failure.withLock { $0 = error }
                    report(error)
                    stop()
                }
                if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { finished.raise() }
            }
        }
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Tells every worker to finish what it has in hand and to take nothing new.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        stopRequest.raise()
    }

    public var threads: Int { workers.count }
    /// Workers with something in hand.
    public var busyWorkers: Int { workers.count { $0.isBusy } }
    /// Open connections in no worker's hand.
    public var idleConnections: Int { queue.parkedCount }

    /// Blocks until a signal or a failure stops the server, then until the workers are done or `drainTimeout` is over.
    ///
    /// - Parameter manager: is told when every worker has its handler, that all of them get on, and of the stop.
    /// - Returns: how many requests were still unfinished.
    /// - Throws: the lasting failure of the listening socket that stopped the server.
    public func run(
        until signals: borrowing TerminationSignals,
        drainTimeout: Duration,
        manager: ServiceManager
    ) throws(TransportError) -> Int {
        var events = [signals.descriptor, stopRequest.descriptor, ready.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        var progress = ProgressCheck(workers)
        // In thirds: two beats may be late.
        let interval = manager.watchdogTimeout.map { CInt(min($0 / 3 / .milliseconds(1), 1e9)) }
        while true {
            let count = unsafe poll(&events, nfds_t(events.count), interval ?? -1)
            if count == 0, progress.isMadeByAll() { manager.notify(.alive) }
            guard count > 0 else { continue }
            if events[0].revents != 0 || events[1].revents != 0 { break }
            manager.notify(.ready)
            events[2].fd = -1
        }
        manager.notify(.stopping)
        stop()
        let unfinished = drain(for: drainTimeout, every: manager.watchdogTimeout.map { $0 / 3 }) {
            if progress.isMadeByAll() { manager.notify(.alive) }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return unfinished
    }

    /// Blocks until the workers are done or `timeout` is over, and calls `beat` at intervals meanwhile; returns how many
    /// requests are still unfinished.
    public func drain(for timeout: Duration, every interval: Duration? = nil, _ beat: () -> Void = {}) -> Int {
        listener.removeName()
        let deadline = ContinuousClock.now + timeout
        while !finished.wait(for: min(interval ?? timeout, deadline - .now)) {
            guard ContinuousClock.now < deadline else {
                return busyWorkers + queue.unfinishedRequests
            }
            beat()
        }
        return 0
    }

    /// Takes a waiting connection. Without a descriptor for it, an idle one gives way; what else may pass is reported
    /// once and waited for; what lasts is thrown.
    func accept() throws(TransportError) -> Connection? {
        do {
            return try listener.accept()
        } catch .system(let call, let reason) where [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(reason) {
            if !hasReportedAccept.exchange(true, ordering: .relaxed) { report(.system(call: call, errno: reason)) }
            if !queue.closeOldest() { _ = stopRequest.wait(for: .milliseconds(100)) }
            return nil
        }
    }
}
