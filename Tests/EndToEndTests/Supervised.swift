import Foundation
import TestSupport
import Testing

/// A site whose responders are two instances under the stand-in of systemd.
struct Supervised {
    let site: Site
    /// A link to the responder: what an upgrade replaces.
    let program: String
    private let directory: String

    static func with(watchdog: Double = 15, _ body: (Supervised) async throws -> Void) async throws {
        let workplace = try await Workplace()
        let directory = workplace.directory("supervisor")
        let program = workplace.directory("warehoused")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Program.warehoused)
        let arguments =
            [Fixture.project + "Tests/EndToEndTests/stand-in-systemd/supervisor.py", "--socket", workplace.socket]
            + ["--directory", directory, "--watchdog", "\(watchdog)", "--", program, "--store", workplace.store]
            + ["--status-listen", "unix:\(workplace.statusDirectory)/%i.sock"]
        let environment = ["SWIFT_BACKTRACE": "enable=no"]  // As the unit has it.
        _ = try await Program.withRunning("python3", arguments, environment: environment, log: workplace.log) { _ in
            try await Site.withNginx(workplace, edit: Site.withoutLimits) { site in
                let supervised = Supervised(site: site, program: program, directory: directory)
                for unit in ["warehoused@1.service", "warehoused@2.service"] {
                    _ = try await eventually { try await supervised.process(of: unit) }
                }
                try await body(supervised)
            }
        }
    }

    /// Runs a program that finds the stand-in's `systemctl` and this site.
    func run(_ program: String, _ arguments: [String] = []) async throws -> Outcome {
        let path = [
            Fixture.project + "Tests/EndToEndTests/stand-in-systemd",
            URL(filePath: Program.warehousectl).deletingLastPathComponent().path(),
            ProcessInfo.processInfo.environment["PATH"] ?? "",
        ]
        return try await Program.run(
            program,
            arguments,
            environment: [
                "PATH": path.joined(separator: ":"), "SYSTEMD_STAND_IN": directory,
                "WAREHOUSE_STATUS_URL": "http://127.0.0.1:\(site.statusPort)", "WAREHOUSE_STORE": site.workplace.store,
            ]
        )
    }

    /// The process of an instance that serves; an error while there is none but `old`.
    func process(of unit: String, besides old: pid_t? = nil) async throws -> pid_t {
        let systemctl = Fixture.project + "Tests/EndToEndTests/stand-in-systemd/systemctl"
        let isActive = try await run(systemctl, ["is-active", "--quiet", unit])
        let shown = try await run(systemctl, ["show", "-p", "MainPID", "--value", unit])
        let process = try #require(pid_t(shown.output.trimmingCharacters(in: .newlines)))
        guard isActive.exitCode == 0, process > 0, process != old else { throw TimedOut() }
        return process
    }

    /// What clients see while `body` runs.
    func underLoad(_ body: () async throws -> Void) async throws -> LoadReport {
        let log = site.workplace.directory("load")
        let arguments =
            ["-t", "1", "-c", "16", "-d", "600", "--timeout", "10"]
            + ["-H", site.workplace.credentials(of: 1).map { "Authorization: \($0.1)" }.joined()]
            + ["https://localhost:\(site.port)\(Workplace.list(1))"]
        let report = try await Program.withRunning("wrk", arguments, log: log) { wrk in
            try await body()
            kill(wrk, SIGINT)
            return try await eventually {
                let report = try String(contentsOfFile: log, encoding: .utf8)
                return report.contains("Requests/sec") ? report : nil
            }
        }.result
        return LoadReport(report)
    }
}
