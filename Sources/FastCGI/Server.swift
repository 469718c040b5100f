import Glibc
import Synchronization

/// A FastCGI responder: a listening socket and the threads that answer what comes in on it.
public final class Server: Sendable {
    let queue: ConnectionQueue
    private let listener: ListeningSocket
    private let stopRequest: EventCounter
    private let finished: EventCounter
    private let stopping = Atomic(false)
    private let running: Atomic<Int>
    let requestsInHand = Atomic(0)
    private let hasReportedAccept = Atomic(false)
    private let failure = Mutex<TransportError?>(nil)
    private let report: @Sendable (TransportError) -> Void

    /// Starts `threads` workers.
    ///
    /// - Parameters:
    ///   - report: called once when connections can't be accepted for want of descriptors or memory.
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
        finished = try EventCounter()
        queue = try ConnectionQueue(listener: listener, stop: stopRequest)
        self.listener = listener
        self.report = report
        running = Atomic(threads)
        for _ in 0..<threads {
            try startThread { [self] in
                var worker = Worker(handler: makeHandler())
                do throws(TransportError) {
                    try worker.run(self)
                } catch {
                    failure.withLock { $0 = error }
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

    /// Blocks until a signal or a failure stops the server, then until the workers are done or `drainTimeout` is over.
    ///
    /// - Returns: how many requests were still unfinished.
    /// - Throws: the lasting failure of the listening socket that stopped the server.
    public func run(
        until signals: borrowing TerminationSignals,
        drainTimeout: Duration
    ) throws(TransportError) -> Int {
        var wait = [
            pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopRequest.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&wait, 2, -1) <= 0 {}
        stop()
        let unfinished = drain(for: drainTimeout)
        if let failure = failure.withLock({ $0 }) { throw failure }
        return unfinished
    }

    /// Blocks until the workers are done or `timeout` is over; returns how many requests are still unfinished.
    public func drain(for timeout: Duration) -> Int {
        listener.removeName()
        return finished.wait(for: timeout) ? 0 : requestsInHand.load(ordering: .acquiring)
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
