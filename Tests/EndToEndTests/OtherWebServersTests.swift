import Foundation
import TestSupport
import Testing

/// The same responder behind other web servers, with the FastCGI parameters that they send by themselves.
@Suite(.timeLimit(.minutes(2)))
struct OtherWebServersTests {
    enum WebServer: CaseIterable {
        case lighttpd
        case apache

        var program: String { self == .lighttpd ? "lighttpd" : "apache2" }

        func arguments(configuration: String) -> [String] {
            self == .lighttpd ? ["-D", "-f", configuration] : ["-f", configuration, "-DFOREGROUND"]
        }

        func configuration(directory: TemporaryDirectory, port: Int, socket: String) -> String {
            switch self {
            case .lighttpd:
                """
                server.modules = ("mod_fastcgi")
                server.bind = "127.0.0.1"
                server.port = \(port)
                server.document-root = "\(directory.path)"
                server.errorlog = "\(directory("lighttpd.log"))"
                fastcgi.server = ("/" => (("socket" => "\(socket)", "check-local" => "disable")))
                """
            case .apache:
                // As root Apache wants another user, who may open the socket by its group. Without CGIPassAuth Apache
                // keeps Authorization to itself, and every request is 401.
                """
                ServerRoot "\(directory.path)"
                ServerName localhost
                Listen 127.0.0.1:\(port)
                PidFile apache.pid
                DefaultRuntimeDir "\(directory.path)"
                ErrorLog apache.log
                LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
                LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
                LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
                LoadModule proxy_fcgi_module /usr/lib/apache2/modules/mod_proxy_fcgi.so
                User nobody
                Group root
                ProxyPass "/" "unix:\(socket)|fcgi://localhost/"
                <Location "/">
                    CGIPassAuth On
                    Require all granted
                </Location>
                """
            }
        }
    }

    @Test(arguments: WebServer.allCases)
    func servesBehind(_ server: WebServer) async throws {
        let workplace = try await Workplace()
        let port = try Site.freePort()
        let configuration = workplace.directory("server.conf")
        try server.configuration(directory: workplace.directory, port: port, socket: workplace.socket)
            .write(toFile: configuration, atomically: false, encoding: .utf8)
        func ask(_ target: String, key organisation: Int?) async throws -> HTTPAnswer {
            let arguments = workplace.credentials(of: organisation).flatMap { ["--header", "Authorization: \($0.1)"] }
            let url = "http://127.0.0.1:\(port)\(target)"
            let sent = try await Program.run("curl", ["--silent", "--include", "--path-as-is"] + arguments + [url])
            return try HTTPAnswer(sent.output)
        }
        let list = try Fixture.text("organisation-1.list.json")
        _ = try await workplace.withResponder { _ in
            try await Program.withRunning(
                server.program,
                server.arguments(configuration: configuration),
                log: workplace.directory("server.log")
            ) { _ in
                let live = try await eventually { try await ask("/health/liveness/", key: nil) }
                #expect(live.body == #"{"status":"ok"}"#)
                for (target, key, status, body) in [
                    (Workplace.list(1), 1, 200, list),
                    (Workplace.list(1) + "?page=1", 1, 200, list),
                    (Workplace.list(4), 4, 200, "[]"),
                    (Workplace.list(1), nil, 401, HTTPAnswer.unauthenticated),
                    (Workplace.list(1), 2, 403, HTTPAnswer.forbidden),
                    (Workplace.list(1) + "wc_0/", 1, 404, HTTPAnswer.notFound),
                    (Workplace.list(1) + "%2e/", 1, 404, HTTPAnswer.notFound),
                    ("/no/such/path", 1, 404, HTTPAnswer.notFound),
                ] as [(String, Int?, Int, String)] {
                    let answer = try await ask(target, key: key)
                    #expect(answer.status == status, "\(target)")
                    #expect(answer.body == body, "\(target)")
                    #expect(answer["Content-Type"] == ["application/json"])
                }
            }
        }
    }
}
