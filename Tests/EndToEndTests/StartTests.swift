import Foundation
import TestSupport
import Testing

/// The ways to give `warehoused` its listening socket, and what it says without one.
@Suite(.timeLimit(.minutes(2)))
struct StartTests {
    @Test(arguments: ["--listen", "spawn-fcgi", "multiwatch", "systemd-socket-activate"])
    func servesUnder(_ way: String) async throws {
        let workplace = try await Workplace()
        let responder = [Program.warehoused, "--store", workplace.store]
        let command =
            switch way {
            case "spawn-fcgi": ["spawn-fcgi", "-n", "-s", workplace.socket, "--"] + responder
            // multiwatch passes on the socket that spawn-fcgi makes.
            case "multiwatch":
                ["spawn-fcgi", "-n", "-s", workplace.socket, "--", "/usr/bin/multiwatch", "-f", "2", "--"] + responder
            case "systemd-socket-activate": ["systemd-socket-activate", "-l", workplace.socket] + responder
            default: responder + ["--listen", "unix:\(workplace.socket)"]
            }
        let arguments = Array(command.dropFirst())
        let (response, exitCode) = try await Program.withRunning(command[0], arguments, log: workplace.log) { _ in
            try await eventually { try workplace.ask(Workplace.list(1)) }
        }
        #expect(response.status == 200)
        #expect(try response.body == Fixture.text("organisation-1.list.json"))
        #expect(exitCode == 0, "\(workplace.logged)")
    }

    @Test
    func listensOnTCP() async throws {
        let workplace = try await Workplace()
        let port = try Site.freePort()
        let arguments = ["--store", workplace.store, "--listen", "127.0.0.1:\(port)"]
        let (_, exitCode) = try await Program.withRunning(Program.warehoused, arguments, log: workplace.log) { _ in
            let parameters = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", Workplace.list(4))]
            let response = try await eventually {
                try FastCGIConnection(port: port).ask(parameters + workplace.credentials(of: 4))
            }
            #expect(response.body == "[]")
            let second = try await Program.run(Program.warehoused, arguments)
            #expect(second.exitCode == 75)
            #expect(second.error.hasPrefix("warehoused: 127.0.0.1:\(port): another process answers there"))
        }
        #expect(exitCode == 0)
    }

    @Test(arguments: [
        ([], 64, "no listening socket: give --listen"),
        (["--listen", "nowhere"], 64, "--listen nowhere: expected unix:<path> or <ip>:<port>"),
        (["--listen", "unix:/nonexistent/socket"], 73, "cannot listen on unix:/nonexistent/socket: No such file"),
        (["--listen", "unix:/etc/passwd"], 73, "/etc/passwd: exists and is not a socket"),
        (["--status-listen", "nowhere"], 64, "--status-listen nowhere: expected unix:<path> or <ip>:<port>"),
        (["--listen", "unix:/s", "--status-listen", "unix:/s"], 64, "--status-listen unix:/s: connections are served"),
        (["--threads", "0"], 64, "--threads 0: expected a number from 1 to 1024"),
        (["--log-level", "loud"], 64, "--log-level loud: expected trace"),
        (["--drain-timeout", "4000"], 64, "--drain-timeout 4000: expected seconds from 0 to 3600"),
        (["--allow-origin", ""], 64, "--allow-origin : expected scheme"),
        (
            ["--store", "postgresql://user:secret@host/base?password=secret"], 64,
            "--store postgresql://…@host/base?…: expected a path"
        ),
        (["--allow-origin", "https://a.example/path"], 64, "--allow-origin https://a.example/path: expected scheme"),
        (["--authorisation", "nobody"], 64, "--authorisation nobody: expected keys or gateway"),
        (["--store", "postgresql://host/base"], 64, "--store postgresql://host/base: expected a path"),
        (["--no-such-option"], 64, "Unknown option '--no-such-option'"),
    ])
    func explainsItselfOnOneLine(_ arguments: [String], _ exitCode: Int32, _ message: String) async throws {
        let outcome = try await Program.run(Program.warehoused, arguments)
        #expect(outcome.exitCode == exitCode)
        #expect(outcome.error.hasPrefix("warehoused: \(message)"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test
    func takesSettingsFromTheEnvironmentUnlessThereIsAnOption() async throws {
        let environment = ["WAREHOUSE_LISTEN": "nowhere", "WAREHOUSE_THREADS": "many"]
        let wrong = try await Program.run(Program.warehoused, [], environment: environment)
        #expect(wrong.exitCode == 78)
        #expect(wrong.error == "warehoused: WAREHOUSE_LISTEN nowhere: expected unix:<path> or <ip>:<port>\n")
        let overridden = try await Program.run(
            Program.warehoused,
            ["--listen", "unix:/etc/passwd", "--threads", "1"],
            environment: environment
        )
        #expect(overridden.exitCode == 73)
        let twice = ["WAREHOUSE_LISTEN": "unix:/s", "WAREHOUSE_STATUS_LISTEN": "unix:/s"]
        let same = try await Program.run(Program.warehoused, [], environment: twice)
        #expect(same.exitCode == 78)
        #expect(same.error.hasPrefix("warehoused: WAREHOUSE_STATUS_LISTEN unix:/s: connections are served there"))
    }

    @Test
    func leavesALiveSocketToItsOwner() async throws {
        let workplace = try await Workplace()
        _ = try await workplace.withResponder { _ in
            let second = try await Program.run(
                Program.warehoused,
                ["--store", workplace.store, "--listen", "unix:\(workplace.socket)"]
            )
            #expect(second.exitCode == 75)
            #expect(second.error.hasSuffix("another process answers there: stop it or choose another address\n"))
            #expect(try workplace.ask("/health/readiness/").status == 200)
        }
    }
}
