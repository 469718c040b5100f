import Foundation
import Synchronization

/// Flagsmith as nginx meets it: answers as a real one was measured to, and keeps what it was asked.
///
/// A credential is its scheme or cookie and a name: `Authorization: Token admin-1`, `Authorization: Api-Key admin-1`,
/// `Cookie: jwt=admin-1`. The names are those of ``State/administrators`` and ``others``; there are organisations 1 to 3.
final class FlagsmithStandIn: Sendable {
    struct State {
        /// Who administers which organisation.
        var administrators = ["admin-1": 1, "admin-2": 2]
        /// How long an answer to a question takes.
        var delay = Duration.zero
        /// What every question is answered with, whoever asks; nil to look at the credentials.
        var failure: Answer?
        /// What it says of its own health.
        var health = Answer("200 OK", #"{"DatabaseBackend": "working"}"#)
        var requests: [FlagsmithRequest] = []
    }

    struct Answer {
        let head: String
        let body: String

        init(_ status: String, _ body: String, _ fields: [String] = [], type: String = "application/json") {
            let head = ["HTTP/1.1 \(status)", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + fields
            self.head = head.joined(separator: "\r\n") + "\r\n\r\n"
            self.body = body
        }

        /// Django's page for that status.
        static func page(_ status: String, _ fields: [String] = []) -> Answer {
            Answer(status, "<h1>\(status)</h1>", fields, type: "text/html")
        }

        /// Whether HTTP lets it have no body, which is sent all the same.
        func hasNoBody(for request: FlagsmithRequest) -> Bool {
            request.method == "HEAD" || head.hasPrefix("HTTP/1.1 204") || head.hasPrefix("HTTP/1.1 304")
        }
    }

    static let others: Set<String> = ["member-1", "outsider"]

    private let state = Mutex(State())
    private let listener: LoopbackSocket
    var port: Int { listener.port }

    /// All that was asked so far, and whether a caller may see an organisation's integrations in particular.
    var requests: [FlagsmithRequest] { state.withLock { $0.requests } }
    var questions: [FlagsmithRequest] { requests.filter { $0.target.hasSuffix("/integrations/grafana/") } }

    /// Runs it while `body` works with it.
    static func with<Result: Sendable>(_ body: (FlagsmithStandIn) async throws -> Result) async throws -> Result {
        let flagsmith = try FlagsmithStandIn()
        defer { shutdown(flagsmith.listener.descriptor, Int32(SHUT_RDWR)) }
        return try await body(flagsmith)
    }

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private init() throws {
        listener = try LoopbackSocket()
        listen(listener.descriptor, 128)
        Thread.detachNewThread { self.acceptConnections() }
    }

    private func acceptConnections() {
        while true {
            let descriptor = accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            Thread.detachNewThread { self.serve(FlagsmithConnection(descriptor)) }
        }
    }

    private func serve(_ connection: FlagsmithConnection) {
        while let request = connection.receive() {
            let (answer, delay) = state.withLock { state in
                state.requests.append(request)
                return (Self.answer(to: request, state), state.delay)
            }
            guard connection.isOpen(after: delay) else { return }
            // gunicorn sends the body by itself, and where there may be none as well. That may be late: here, as late as
            // does the most harm, when the next request is there.
            connection.send(answer.head)
            if answer.hasNoBody(for: request) { connection.waitForInput() }
            connection.send(answer.body)
        }
    }

    private static func answer(to request: FlagsmithRequest, _ state: State) -> Answer {
        guard let organisation = request.organisationOfIntegrations else { return otherAnswer(to: request, state) }
        if let failure = state.failure { return failure }
        let isPreflight = request.method == "OPTIONS" && request["Access-Control-Request-Method"] != nil
        if isPreflight { return Answer("200 OK", "") }
        guard let name = request.credential, state.administrators[name] != nil || others.contains(name) else {
            let detail = request.credential == nil ? "Authentication credentials were not provided." : "Invalid token."
            return Answer("401 Unauthorized", #"{"detail":"\#(detail)"}"#, ["WWW-Authenticate: \(challenge)"])
        }
        guard let number = pythonInteger(organisation), (1...3).contains(number) else {
            return .page("500 Internal Server Error")
        }
        guard state.administrators[name] == number else {
            let detail = "User does not have sufficient privileges to perform this action"
            return Answer("403 Forbidden", #"{"detail":"\#(detail)"}"#)
        }
        return Answer("200 OK", "[]", ["Vary: Accept, Cookie", "Cache-Control: max-age=60"])
    }

    private static func otherAnswer(to request: FlagsmithRequest, _ state: State) -> Answer {
        let parts = request.target.split(separator: "?", maxSplits: 1)
        switch parts.first {
        case "/health/readiness/": return state.health
        case "/api/v1/no-such-path/": return Answer("404 Not Found", "<h1>Not Found</h1>", type: "text/html")
        // As Django does where the last slash is missing.
        case "/api/v1/users": return Answer("301 Moved Permanently", "", ["Location: \(parts.joined(separator: "/?"))"])
        case "/forged": return Answer("200 OK", forgery)
        default: return Answer("200 OK", #"{"flagsmith":"\#(request.line)"}"#, ["Set-Cookie: flagsmith=1"])
        }
    }

    static let challenge = #"Cookie realm="api""#
    /// A body that reads as an answer, which would let in whoever asks next.
    static let forgery = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"

    /// As Python's `int` reads: white space around it, a sign, leading zeros and any script's digits.
    private static func pythonInteger(_ text: String) -> Int? {
        var digits = text.trimmingCharacters(in: .whitespaces)[...]
        if digits.first == "+" { digits.removeFirst() }
        let values = digits.map(\.wholeNumberValue)
        guard !values.isEmpty, values.count < 18 else { return nil }
        return values.reduce(0) { sum, value in sum.flatMap { sum in value.map { 10 * sum + $0 } } }
    }
}
