import Glibc
public import HTTPTypes
import Synchronization

/// Answers one request; called by one thread at a time.
public typealias Handler = (borrowing Request) -> (HTTPResponse, body: [UInt8])

/// One thread's part: it takes a connection, reads a request, answers it, and gives the connection back.
struct Worker: ~Copyable {
    private let handler: Handler
    private let request = Request()
    private var window = [UInt8](repeating: 0, count: Connection.windowSize)
    private var head: [UInt8] = []

    init(handler: @escaping Handler) {
        self.handler = handler
    }

    /// Works until the stop, then serves the requests that have already come on open connections, and returns.
    mutating func run(_ server: Server) throws(TransportError) {
        var isStopping = false
        while true {
            switch server.queue.next() {
            case .stop:
                // Events come in turn: a second stop without a request between them means that none is left.
                if isStopping { return }
                isStopping = true
            case .connectionWaiting:
                guard !server.isStopping, let connection = try server.accept() else { continue }
                if connection.isReadable {
                    serve(connection, server)
                } else {
                    server.queue.park(connection)
                }
            case .readable(let descriptor):
                serve(Connection(reclaiming: descriptor), server)
                isStopping = false
            }
        }
    }

    /// Answers the request on `connection`, then parks or closes it; anything else than a request closes it at once.
    private mutating func serve(_ connection: consuming Connection, _ server: Server) {
        server.requestsInHand.add(1, ordering: .acquiringAndReleasing)
        defer { server.requestsInHand.subtract(1, ordering: .acquiringAndReleasing) }
        let records = connection.awaitRequest(in: &window)
        guard records == .complete || records == .inputOpen else { return }
        guard request.begin(on: connection) else {
            _ = request.finish()
            return
        }
        let endedCleanly = records == .complete && request.drainInput()
        let (response, body) = handler(request)
        request.write(response, body: body, head: &head)
        let keepsConnection = request.keepsConnection
        guard let answered = request.finish() else { return }
        if !endedCleanly {
            answered.closeWithUnreadInput()
        } else if keepsConnection, !server.isStopping {
            server.queue.park(answered)
        }
    }
}
