import Foundation
import TestSupport
import Testing

/// A forged request in a body must never be executed, nor its answer reach the next client: libfcgi leaves input that
/// was not read for the next request of a kept connection.
@Suite(.timeLimit(.minutes(2)))
struct DesyncTests {
    /// The body's place in libfcgi's buffer of 8,192 bytes decides what is left over, so all alignments are tried.
    private static let paddings =
        [0, 1, 7, 8, 100] + Array(stride(from: 7600, through: 8250, by: 8)) + [16_000, 30_000]

    @Test(arguments: ["GET", "POST"])
    func executesNothingFromABodyOnTheSocket(_ method: String) async throws {
        let workplace = try await Workplace()
        _ = try await workplace.withResponder(["--log-level", "info"]) { _ in
            let connection = try FastCGIConnection(workplace.socket)
            for padding in Self.paddings {
                let parameters = [("REQUEST_METHOD", method), ("REQUEST_URI", Workplace.list(1))]
                let answer = try connection.ask(parameters, keep: true, body: Self.forgery(padding))
                #expect(answer.status == 401, "\(padding)")
                let next =
                    [("REQUEST_METHOD", "GET"), ("REQUEST_URI", Workplace.list(4))] + workplace.credentials(of: 4)
                let own = try connection.ask(next, keep: true)
                #expect(own.status == 200)
                #expect(own.body == "[]", "\(padding)")
            }
        }
        #expect(workplace.loggedRequests(for: "connection_list") == 2 * Self.paddings.count)
        #expect(workplace.loggedRequests(for: "readiness") == 0)
    }

    /// With the parameters of nginx's own documentation, which hands bodies on; our nginx.conf does not.
    @Test
    func executesNothingFromABodyBehindAStockNginx() async throws {
        let workplace = try await Workplace()
        let port = try Site.freePort()
        try """
        \(getuid() == 0 ? "user root;" : "") daemon off; pid nginx.pid; error_log error.log; events {}
        http {
            access_log off;
            client_body_temp_path body; fastcgi_temp_path fastcgi; proxy_temp_path proxy; scgi_temp_path scgi;
            uwsgi_temp_path uwsgi;
            upstream responder { server unix:\(workplace.socket); keepalive 1; }
            server {
                listen 127.0.0.1:\(port);
                location / {
                    fastcgi_pass responder;
                    fastcgi_keep_conn on;
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_param REQUEST_URI $request_uri;
                    fastcgi_param CONTENT_LENGTH $content_length;
                }
            }
        }
        """.write(toFile: workplace.directory("nginx.conf"), atomically: false, encoding: .utf8)
        let arguments = ["-p", workplace.directory.path, "-e", "error.log", "-c", workplace.directory("nginx.conf")]
        let base = "http://127.0.0.1:\(port)"
        let liveness = base + "/health/liveness/"
        _ = try await workplace.withResponder(["--log-level", "info"]) { _ in
            try await Program.withRunning("nginx", arguments, log: workplace.directory("nginx.log")) { _ in
                _ = try await eventually {
                    try await Program.run("curl", ["--silent", "--fail", liveness]).exitCode == 0 ? () : nil
                }
                // One worker process and one kept connection: whatever is left meets the next client.
                let outcome = try await Program.run("curl", ["--config", try Self.tries(in: workplace, base)])
                #expect(outcome.exitCode == 0)
                let answer = #"{"detail":"Authentication credentials were not provided."}{"detail":"Not found."}"#
                #expect(outcome.output == String(repeating: answer, count: Self.tries.count))
            }
        }
        // nginx drops a kept connection on which an answer comes unasked, if it comes soon enough: look at the other end.
        #expect(workplace.loggedRequests(for: "connection_list") == Self.tries.count)
        #expect(workplace.loggedRequests(for: "readiness") == 0)
    }

    /// Nobody is given the answer of another, whoever was served on a kept connection before.
    @Test
    func mixesNoAnswersBehindItsOwnNginx() async throws {
        try await Site.with(edit: Site.withoutLimits) { site in
            let base = "https://localhost:\(site.port)"
            let own = try await site.expect(200, Workplace.list(1), key: 1).body
            let credentials = site.workplace.credentials(of: 1).map { "header = \"Authorization: \($0.1)\"\n" }.joined()
            let config = try Self.tries(
                in: site.workplace,
                base,
                next: Workplace.list(1),
                options: "cacert = \(site.workplace.directory("nginx/localhost.crt"))\n",
                nextOptions: credentials
            )
            let outcome = try await Program.run("curl", ["--config", config])
            #expect(outcome.exitCode == 0)
            let answer = #"{"detail":"Authentication credentials were not provided."}"# + own
            #expect(outcome.output == String(repeating: answer, count: Self.tries.count))
        }
    }

    /// nginx splits a body where its buffers end, so the alignment is only found by trying each byte.
    private static let tries = 7000..<8000

    /// A configuration of curl: attacks with each padding, and behind each of them a request of somebody else.
    private static func tries(
        in workplace: Workplace,
        _ base: String,
        next: String = "/no/such/path",
        options: String = "",
        nextOptions: String = ""
    ) throws -> String {
        let requests = try tries.flatMap { padding in
            let body = workplace.directory("forgery-\(padding)")
            try Data(forgery(padding)).write(to: URL(filePath: body))
            return [
                "silent\n\(options)url = \(base)\(Workplace.list(1))\ndata-binary = \"@\(body)\"\n",
                "silent\n\(options)\(nextOptions)url = \(base)\(next)\n",
            ]
        }
        let path = workplace.directory("tries")
        try requests.joined(separator: "next\n").write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    /// Records of a request for readiness, which answers anybody and nobody else asks for, behind `padding` bytes.
    ///
    /// The end of the input is missing: the web server's own, behind the body, serves for it.
    private static func forgery(_ padding: Int) -> [UInt8] {
        let parameters = FastCGIRecords.pairs([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/readiness/")])
        let alignment = UInt8((8 - parameters.count % 8) % 8)
        return [UInt8](repeating: 0, count: padding) + FastCGIRecords.begin(keep: true)
            + FastCGIRecords.record(FastCGIRecords.params, parameters, padding: alignment)
            + FastCGIRecords.record(FastCGIRecords.params)
    }
}
