import Foundation
import TestSupport
import Testing

/// The whole service: nginx with TLS in front of a responder, on free ports.
struct Site {
    let workplace: Workplace
    let port: Int
    /// Where nginx shows, in plain HTTP, what each instance says of itself.
    let statusPort: Int

    /// Runs the service while `body` works with it.
    ///
    /// - Parameters:
    ///   - options: those of `warehoused`.
    ///   - flagsmith: the port of the Flagsmith that it runs beside; nil to run alone.
    ///   - edit: what an operator would change in the configuration.
    static func with<Result: Sendable>(
        _ options: [String] = [],
        flagsmith: Int? = nil,
        edit: (String) -> String = { $0 },
        _ body: (Site) async throws -> Result
    ) async throws -> Result {
        let workplace = try await Workplace()
        return try await workplace.withResponder(options) { _ in
            try await withNginx(workplace, flagsmith: flagsmith, edit: edit, body)
        }.result
    }

    /// Runs nginx alone, configured for the responder of `workplace`.
    static func withNginx<Result: Sendable>(
        _ workplace: Workplace,
        flagsmith: Int? = nil,
        edit: (String) -> String = { $0 },
        _ body: (Site) async throws -> Result
    ) async throws -> Result {
        let port = try freePort()
        let site = Site(workplace: workplace, port: port, statusPort: try freePort(besides: port))
        let directory = workplace.directory("nginx")
        let prepared = try await Program.run(
            Fixture.project + "deploy/local-nginx.sh",
            [directory, "\(site.port)", workplace.socket, "\(site.statusPort)", workplace.statusDirectory]
                + (flagsmith.map { ["127.0.0.1:\($0)"] } ?? [])
        )
        guard prepared.exitCode == 0 else { throw Failure(reason: prepared.error) }
        for file in ["warehouse-connections.conf"] + (flagsmith == nil ? [] : ["flagsmith.conf"]) {
            let text = try String(contentsOfFile: directory + "/" + file, encoding: .utf8)
            try edit(text).write(toFile: directory + "/" + file, atomically: false, encoding: .utf8)
        }
        let arguments = ["-p", directory, "-e", directory + "/error.log", "-c", directory + "/nginx.conf"]
        return try await Program.withRunning("nginx", arguments, log: workplace.directory("nginx.log")) { _ in
            // This path is nginx's own in every variant.
            _ = try await eventually { try await site.curl("/_refusal").exitCode == 0 ? true : nil }
            return try await body(site)
        }.result
    }

    /// curl's answer to a request for `target`, sent as it is, with the key of `organisation`.
    func curl(_ target: String, _ options: [String] = [], key organisation: Int? = 1) async throws -> Outcome {
        let credentials = workplace.credentials(of: organisation).flatMap { ["--header", "Authorization: \($0.1)"] }
        return try await Program.run(
            "curl",
            ["--silent", "--path-as-is", "--cacert", workplace.directory("nginx/localhost.crt")] + credentials + options
                + ["https://localhost:\(port)\(target)"]
        )
    }

    /// The answer to a request for `target` over HTTP/1.1, in its parts, without a key unless told otherwise.
    func ask(
        _ target: String,
        _ options: [String] = [],
        key organisation: Int? = nil
    ) async throws -> HTTPAnswer {
        try HTTPAnswer(try await curl(target, ["--http1.1", "--include"] + options, key: organisation).output)
    }

    /// The same, with that status.
    @discardableResult
    func expect(
        _ status: Int,
        _ target: String,
        _ options: [String] = [],
        key organisation: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> HTTPAnswer {
        let answer = try await ask(target, options, key: organisation)
        #expect(answer.status == status, "\(target) \(options): \(answer.body)", sourceLocation: sourceLocation)
        return answer
    }

    /// The answer about an instance, such as to `/1/metrics`.
    func askStatus(_ target: String, _ options: [String] = []) async throws -> HTTPAnswer {
        let url = "http://127.0.0.1:\(statusPort)\(target)"
        let sent = try await Program.run("curl", ["--silent", "--include", "--path-as-is"] + options + [url])
        return try HTTPAnswer(sent.output)
    }

    /// Whatever comes back over TLS until nginx closes, when it is sent `bytes` that no client would send.
    func send(raw bytes: String) async throws -> String {
        let arguments = ["s_client", "-quiet", "-connect", "localhost:\(port)", "-servername", "localhost"]
        return try await Program.run("openssl", arguments, input: bytes).output
    }

    /// The same for each of `requests`, on a connection of its own; at the status port, in plain HTTP, if told so.
    func answers(to requests: [String], atStatusPort: Bool = false) async throws -> [String] {
        let script = """
            import json, socket, ssl, sys
            port, certificate = int(sys.argv[1]), sys.argv[2]
            answers = []
            for request in json.load(sys.stdin):
                connection = socket.create_connection(("localhost", port), 10)
                if certificate:
                    context = ssl.create_default_context(cafile=certificate)
                    connection = context.wrap_socket(connection, server_hostname="localhost")
                connection.sendall(request.encode())
                answers.append(b"".join(iter(lambda: connection.recv(65536), b"")).decode())
            json.dump(answers, sys.stdout)
            """
        let arguments =
            atStatusPort ? ["\(statusPort)", ""] : ["\(port)", workplace.directory("nginx/localhost.crt")]
        let input = String(decoding: try JSONEncoder().encode(requests), as: UTF8.self)
        let sent = try await Program.run("python3", ["-c", script] + arguments, input: input)
        guard sent.exitCode == 0 else { throw Failure(reason: sent.error) }
        return try JSONDecoder().decode([String].self, from: Data(sent.output.utf8))
    }

    /// The lines of the access log, of which each must be JSON, once there are that many.
    func accessLog(_ count: Int) async throws -> [[String: any Sendable]] {
        try await eventually {
            let lines = try String(contentsOfFile: workplace.directory("nginx/access.log"), encoding: .utf8)
                .split(separator: "\n")
            guard lines.count >= count else { return nil }
            return lines.map { line in
                let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: any Sendable]
                #expect(object != nil, "\(line)")
                return object ?? [:]
            }
        }
    }

    /// A configuration that lets each client ask as often as it can.
    static func withoutLimits(_ configuration: String) -> String {
        configuration.replacing(/\s*limit_req zone.*\n/, with: "\n")
    }

    /// A port that nobody listens on, given back at once.
    /// Below the range from which the system gives ports to clients, so that none of them takes it meanwhile.
    static func freePort(besides taken: Int? = nil) throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<32_000)
            if port != taken, let socket = try? LoopbackSocket(port: port) { return socket.port }
        }
        throw TimedOut()
    }

    struct Failure: Error {
        let reason: String
    }
}

extension String {
    /// A configuration with the lines uncommented that end in `# mark`.
    func uncommenting(_ mark: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.hasSuffix("# \(mark)"), let sign = line.firstIndex(of: "#") else { return String(line) }
            return String(line[..<sign] + line[line.index(after: sign)...])
        }.joined(separator: "\n")
    }
}
