import Glibc
public import HTTPTypes
import Synchronization

/// Answers one request; called by one thread at a time.
public typealias Handler = (borrowing Request) -> (HTTPResponse, body: [UInt8])

/// One thread's part: it takes a connection, reads a request, answers it, and gives the connection back.
struct Worker: ~Copyable {
    private let handler: Handler
    private let activity: WorkerActivity
    private let request = Request()
    private var window = [UInt8](repeating: 0, count: Connection.windowSize)

    init(handler: @escaping Handler, activity: WorkerActivity) {
        self.handler = handler
        self.activity = activity
    }

    /// Works until the stop, then serves the requests that have begun to come on open connections, and returns.
    mutating func run(_ server: Server) throws(TransportError) {
        var isStopping = false
        while true {
            switch server.queue.next() {
            case .stop:
                // Events come in turn: a second stop without a request between them means that none is left but those
                // of which only a part has come.
                if isStopping {
                    if server.queue.unfinished.load(ordering: .acquiring) == 0 { return }
                    usleep(5_000)
                }
                isStopping = true
            case .connectionWaiting:
                guard !server.isStopping else { continue }
                let connection = try server.accept()
                server.queue.awaitConnection()
                if let connection { take(connection, .request, server) }
            case .readable(let descriptor, let wait):
                take(Connection(reclaiming: descriptor), wait, server)
                isStopping = false
            case .overdue(let descriptor, let wait):
                take(Connection(reclaiming: descriptor), wait, server, isOverdue: true)
                isStopping = false
            }
        }
    }

    /// Goes on with `connection` where it waited.
    private mutating func take(
        _ connection: consuming Connection,
        _ wait: ConnectionQueue.Wait,
        _ server: Server,
        isOverdue: Bool = false
    ) {
        activity.begin()
        defer { activity.end() }
        if case .farewell = wait {
            if !isOverdue, connection.discardInput(&window) { server.queue.park(connection, wait) }
            return
        }
        guard let (records, byteCount) = connection.peekRequest(in: &window) else {
            server.queue.park(connection, wait)
            return
        }
        if records == .incomplete || records == .inputOpen, !isOverdue, byteCount < window.count {
            var known = 0
            if case .rest(let unread, _) = wait { known = unread }
            // Without more than before, the peer has gone.
            if byteCount > known {
                let deadline = wait.deadline ?? .now + Connection.patience
                server.queue.park(connection, .rest(unread: byteCount, until: deadline))
                return
            }
        }
        if records == .complete || records == .inputOpen {
            serve(connection, isComplete: records == .complete, server)
        }
    }

    /// Answers the request that is there, then parks or closes the connection.
    private mutating func serve(_ connection: consuming Connection, isComplete: Bool, _ server: Server) {
        guard request.begin(on: connection) else {
            _ = request.finish()
            return
        }
        let endedCleanly = isComplete && request.drainInput()
        let (response, body) = handler(request)
        request.write(response, body: body)
        let keepsConnection = request.keepsConnection
        guard let answered = request.finish() else { return }
        if !endedCleanly {
            answered.endOutput()
            server.queue.park(answered, .farewell(until: .now + Connection.patience))
        } else if keepsConnection, !server.isStopping {
            server.queue.park(answered, .request)
        }
    }
}
