import Foundation
import TestSupport
import Testing

/// How a running responder behaves when the world around it changes.
@Suite(.timeLimit(.minutes(2)))
struct RunTests {
    @Test
    func saysOnceThatTheStoreFailsAndRecoversWithIt() async throws {
        let workplace = try await Workplace()
        let away = workplace.directory("away.sqlite")
        let (_, exitCode) = try await workplace.withResponder { _ in
            try FileManager.default.moveItem(atPath: workplace.store, toPath: away)
            for _ in 1...5 {
                let response = try workplace.ask(Workplace.list(1))
                #expect(response.status == 503)
                #expect(response["Retry-After"] == "1")
                #expect(response.body == #"{"detail":"Service temporarily unavailable, try again later."}"#)
            }
            #expect(try workplace.ask("/health/readiness/").status == 503)
            #expect(try workplace.ask("/health/liveness/").status == 200)
            try FileManager.default.moveItem(atPath: away, toPath: workplace.store)
            #expect(try workplace.ask(Workplace.list(1)).status == 200)
            _ = try await eventually { workplace.logged.contains("store readable again") ? true : nil }
        }
        #expect(exitCode == 0)
        let log = workplace.logged
        #expect(log.matches(of: /store unavailable/).count == 1, "\(log)")
        #expect(log.contains("\(workplace.store): no such store"))
        #expect(log.matches(of: /store readable again/).count == 1)
    }

    @Test(arguments: [
        ("missing", nil),
        ("a directory", "mkdir $S"),
        ("zero length", ": > $S"),
        ("no database", "head -c 8192 /dev/urandom > $S"),
        ("another database", "$W init --store $S && printf 0000 | dd of=$S bs=1 seek=68 conv=notrunc status=none"),
    ])
    func answers503ForAStoreThatIsNone(_ name: String, _ command: String?) async throws {
        let workplace = try await Workplace()
        for suffix in ["", "-wal", "-shm"] { try FileManager.default.removeItem(atPath: workplace.store + suffix) }
        if let command {
            let made = try await Program.run(
                "sh",
                ["-c", command],
                environment: ["S": workplace.store, "W": Program.warehousectl]
            )
            #expect(made.exitCode == 0, "\(made.error)")
        }
        let (_, exitCode) = try await workplace.withResponder { _ in
            for organisation in [1, 4] {
                let response = try workplace.ask(Workplace.list(organisation), key: organisation)
                #expect(response.status == 503)
            }
        }
        #expect(exitCode == 0)
        #expect(workplace.logged.matches(of: /store unavailable/).count == 1)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a file away"))
    func readsAStoreThatItMayNotWrite() async throws {
        let workplace = try await Workplace()
        // Root without its capabilities is only a member of the store's group.
        let files = ["", "-wal", "-shm"].map { workplace.store + $0 }
        _ = try await Program.run("chown", ["nobody:root", workplace.directory.path] + files)
        _ = try await Program.run("chmod", ["770", workplace.directory.path])
        let arguments =
            ["--bounding-set=-all", "--inh-caps=-all", Program.warehoused, "--store", workplace.store]
            + ["--listen", "unix:\(workplace.socket)"]
        _ = try await Program.withRunning("setpriv", arguments, log: workplace.log) { _ in
            let response = try await eventually { try workplace.ask(Workplace.list(1)) }
            #expect(response.status == 200, "\(workplace.logged)")
        }
        let write = ["--bounding-set=-all", "--inh-caps=-all", Program.warehousectl, "import", "-", "--replace"]
        let changed = try Fixture.text("connections.ndjson").replacing("wc_abc123", with: "wc_abc124")
        let refused = try await Program.run("setpriv", write + ["--store", workplace.store], input: changed)
        #expect(refused.exitCode == 69, "\(refused.error)")
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGUSR1])
    func stopsOn(_ signal: Int32) async throws {
        let workplace = try await Workplace()
        let (_, exitCode) = try await workplace.withResponder { process in
            let idle = try FastCGIConnection(workplace.socket)
            _ = try idle.ask([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/liveness/")], keep: true)
            kill(process, signal)
            #expect(idle.isClosedByPeer())
        }
        #expect(exitCode == 0)
        #expect(!FileManager.default.fileExists(atPath: workplace.socket))
    }

    @Test
    func ignoresTheSignalsThatWouldCutAnswers() async throws {
        let workplace = try await Workplace()
        let (_, exitCode) = try await workplace.withResponder { process in
            for signal in [SIGHUP, SIGPIPE] { kill(process, signal) }
            let response = try workplace.ask(Workplace.list(1))
            #expect(response.status == 200)
        }
        #expect(exitCode == 0)
    }

    @Test
    func cutsWhatIsNotFinishedWhenTheDrainTimeIsOver() async throws {
        let workplace = try await Workplace()
        let (_, exitCode) = try await workplace.withResponder(["--drain-timeout", "0"]) { process in
            // The worker waits up to 2 s for the rest of this request.
            let unfinished = try FastCGIConnection(workplace.socket)
            unfinished.send(FastCGIRecords.begin())
            #expect(unfinished.isSilent(forMilliseconds: 200))
            kill(process, SIGTERM)
            #expect(unfinished.isClosedByPeer())
        }
        #expect(exitCode == 1)
        #expect(workplace.logged.hasSuffix("warehoused: requests cut off by the drain time-out: 1\n"))
    }

    @Test
    func logsALineForEachRequestAtInfoAndNoSecret() async throws {
        let workplace = try await Workplace()
        _ = try await workplace.withResponder(["--log-level", "info"]) { _ in
            _ = try workplace.ask(
                Workplace.list(1),
                [("REQUEST_ID", "abc"), ("REMOTE_ADDR", "192.0.2.7")]
            )
            _ = try workplace.ask("/no/such/path\nforged: line", [("REQUEST_ID", "x\nforged: line")])
        }
        let lines = try workplace.logged.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
        let request = try #require(lines.first { $0["request.id"] == "abc" })
        #expect(request["level"] == "info")
        #expect(request["message"] == "request")
        #expect(request["http.route"] == "connection_list")
        #expect(request["http.request.method"] == "GET")
        #expect(request["http.response.status_code"] == "200")
        #expect(request["organisation"] == "1")
        #expect(request["client.address"] == "192.0.2.7")
        #expect(request["key.id"] == workplace.keys[1]?.keyID)
        #expect(lines.contains { $0["http.response.status_code"] == "404" && $0["http.route"] == "none" })
        #expect(!workplace.logged.contains("whc_"))
        #expect(!workplace.logged.contains("forged"))
    }
}
