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
        var failure: String?
        var requests: [FlagsmithRequest] = []
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
            connection.send(answer)
        }
    }

    private static func answer(to request: FlagsmithRequest, _ state: State) -> String {
        guard let organisation = request.organisationOfIntegrations else {
            return request.target == "/api/v1/no-such-path/"
                ? response("404 Not Found", "<h1>Not Found</h1>", type: "text/html")
                : response("200 OK", #"{"flagsmith":"\#(request.line)"}"#, ["Set-Cookie: flagsmith=1"])
        }
        if let failure = state.failure { return response(failure, "<h1>\(failure)</h1>", type: "text/html") }
        let isPreflight = request.method == "OPTIONS" && request["Access-Control-Request-Method"] != nil
        if isPreflight { return response("200 OK", "") }
        guard let name = request.credential, state.administrators[name] != nil || others.contains(name) else {
            let detail = request.credential == nil ? "Authentication credentials were not provided." : "Invalid token."
            return response("401 Unauthorized", #"{"detail":"\#(detail)"}"#, ["WWW-Authenticate: Token"])
        }
        guard let number = pythonInteger(organisation), (1...3).contains(number) else {
            return response("500 Internal Server Error", "<h1>Server Error (500)</h1>", type: "text/html")
        }
        guard state.administrators[name] == number else {
            let detail = "User does not have sufficient privileges to perform this action"
            return response("403 Forbidden", #"{"detail":"\#(detail)"}"#)
        }
        return response("200 OK", "[]", ["Vary: Accept, Cookie", "Cache-Control: max-age=60"])
    }

    private static func response(
        _ status: String,
        _ body: String,
        _ fields: [String] = [],
        type: String = "application/json"
    ) -> String {
        let head = ["HTTP/1.1 \(status)", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + fields
        return head.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// As Python's `int` reads: white space around it, a sign, leading zeros and any script's digits.
    private static func pythonInteger(_ text: String) -> Int? {
        var digits = text.trimmingCharacters(in: .whitespaces)[...]
        if digits.first == "+" { digits.removeFirst() }
        let values = digits.map(\.wholeNumberValue)
        guard !values.isEmpty, values.count < 18 else { return nil }
        return values.reduce(0) { sum, value in sum.flatMap { sum in value.map { 10 * sum + $0 } } }
    }
}
