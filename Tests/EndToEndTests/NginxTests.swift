import Foundation
import TestSupport
import Testing

/// What nginx adds and answers itself, with the configuration that production has.
@Suite(.timeLimit(.minutes(2)))
struct NginxTests {
    @Test(arguments: [[], ["FLAGSMITH"], ["FLAGSMITH", "CACHE", "ORIGINS"]])
    func acceptsTheProductionConfiguration(_ marks: [String]) async throws {
        let directory = try TemporaryDirectory()
        let port = try Site.freePort()
        let statusPort = try Site.freePort(besides: port)
        let made = try await Program.run(
            Fixture.project + "deploy/local-nginx.sh",
            [directory("local"), "\(port)", directory("socket"), "\(statusPort)", directory("status")]
        )
        #expect(made.exitCode == 0, "\(made.error)")
        let besideFlagsmith = try String(
            contentsOfFile: Fixture.project + "deploy/nginx-flagsmith.conf",
            encoding: .utf8
        )
        try marks.reduce(besideFlagsmith) { $0.uncommenting($1) }
            .write(toFile: directory("flagsmith.conf"), atomically: false, encoding: .utf8)
        // Only what belongs to a machine is replaced: its certificate, its port and its directories.
        let site = try marks.reduce(String(contentsOfFile: Fixture.project + "nginx.conf", encoding: .utf8)) {
            $0.uncommenting($1)
        }
        .replacing(
            "/etc/letsencrypt/live/warehouse-connections.example.com/fullchain.pem",
            with: "local/localhost.crt"
        )
        .replacing(
            "/etc/letsencrypt/live/warehouse-connections.example.com/privkey.pem",
            with: "local/localhost.key"
        )
        .replacing(":443 ", with: ":\(try Site.freePort()) ")
        .replacing("listen 443 ", with: "listen \(try Site.freePort()) ")
        .replacing("127.0.0.1:9180;", with: "127.0.0.1:\(statusPort);")
        .replacing("/var/log/nginx/", with: "")
        .replacing("/etc/nginx/warehouse-connections-flagsmith.conf", with: "flagsmith.conf")
        .replacing("/run/warehouse-connections-authorisation", with: "authorisation")
        let main = "pid nginx.pid; events {} http { \(site) }"
        try main.write(toFile: directory("nginx.conf"), atomically: false, encoding: .utf8)
        for configuration in ["nginx.conf", "local/nginx.conf"] {
            let prefix = configuration == "nginx.conf" ? directory.path : directory("local")
            let tested = try await Program.run(
                "nginx",
                ["-t", "-q", "-p", prefix, "-e", directory("error.log"), "-c", directory(configuration)]
            )
            #expect(tested.exitCode == 0, "\(tested.error)")
        }
    }

    @Test
    func refusesInJSON() async throws {
        try await Site.with { site in
            let long = String(repeating: "a", count: 10_000)
            let refusals: [(Int, String, [String])] = [
                (400, "Bad request.", ["/%zz"]),
                (400, "Bad request.", [Workplace.list(1), "--header", "Host: a b"]),
                (404, "Not found.", ["/"]),
                (404, "Not found.", ["/health"]),
                (404, "Not found.", ["/metrics"]),
                (404, "Not found.", ["/" + Workplace.list(1)]),
                (404, "Not found.", ["/api/v1/organisations/01/integrations/warehouse-connections/"]),
                (405, "Method \"TRACE\" not allowed.", [Workplace.list(1), "--request", "TRACE"]),
                (405, "Method \"FOO\" not allowed.", [Workplace.list(1), "--request", "FOO"]),
                (413, "Request body is too large.", [Workplace.list(1), "--data", long]),
                (414, "Request target is too long.", ["/" + long]),
                (431, "Request header is too large.", [Workplace.list(1), "--header", "X: \(long)"]),
            ]
            for (status, detail, request) in refusals {
                let answer = try await site.curl(
                    request[0],
                    ["--http1.1", "--include", "--header", "Origin: https://a.example"] + request.dropFirst()
                )
                let parts = answer.output.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
                let (head, body) = (parts[0].lowercased() + "\r\n", parts.last ?? "")
                #expect(head.hasPrefix("http/1.1 \(status)"), "\(request[0].prefix(80)): \(head)")
                #expect(body == #"{"detail":"\#(detail.replacing("\"", with: "\\\""))"}"#)
                for field in [
                    "content-type: application/json", "content-length: \(body.utf8.count)",
                    "cache-control: private, no-cache", "x-content-type-options: nosniff",
                    "referrer-policy: no-referrer", "strict-transport-security: max-age=63072000",
                    "access-control-allow-origin: *",
                ] {
                    #expect(
                        head.components(separatedBy: "\r\n\(field)\r\n").count == 2,
                        "\(status): \(field) in \(head)"
                    )
                }
                #expect(head.contains(#/\r\nx-request-id: [0-9a-f]{32}\r\n/#))
            }
        }
    }

    @Test
    func authorisesTheOrganisationThatItRoutedTo() async throws {
        try await Site.with { site in
            // nginx routes on the merged path, to organisation 2; the raw one begins with organisation 1.
            let target =
                "/api/v1/organisations/1/integrations/warehouse-connections/../../../2/integrations/warehouse-connections/"
            for path in [target, target.replacing("..", with: "%2e%2e"), target.replacing("../", with: "..%2f")] {
                let answer = try await site.curl(path, ["--write-out", " %{http_code}"])
                #expect(answer.output == #"{"detail":"Not found."} 404"#)
            }
        }
    }

    @Test
    func logsEachRequestAsJSONWithoutItsCredentials() async throws {
        try await Site.with { site in
            _ = try await site.curl(
                Workplace.list(1) + "?key=a-secret",
                ["--header", "Authorization: Api-Key a-secret"]
            )
            _ = try await site.curl("/last\"\\", [])
            let log = try await eventually {
                let log = try String(contentsOfFile: site.workplace.directory("nginx/access.log"), encoding: .utf8)
                return log.contains("GET /last") ? log : nil
            }
            #expect(!log.contains("a-secret"))
            for line in log.split(separator: "\n") {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect((object?["request_id"] as? String)?.count == 32)
            }
        }
    }
}
