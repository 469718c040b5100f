import Foundation
import TestSupport
import Testing

/// What `deploy/install.sh` puts where, what it leaves alone, and whether that is of use.
@Suite(.timeLimit(.minutes(2)))
struct InstallTests {
    private static let site = "/etc/nginx/conf.d/warehouse-connections.conf"
    private static let settings = "/etc/warehouse-connections/warehoused.conf"
    private static let delivered = "/usr/local/share/warehouse-connections/configuration.sha256"

    @Test
    func installsEverythingAndASecondTimeNothing() async throws {
        let root = try Installation()
        let first = try await root.install()
        #expect(first.exitCode == 0, "\(first.error)")
        #expect(
            try Set(root.files().map { "\($0.mode) \($0.path)" }) == [
                "644 /etc/nginx/conf.d/warehouse-connections.conf",
                "644 /etc/nginx/warehouse-connections-flagsmith.conf",
                "644 /etc/systemd/system/warehouse-connections-test.service",
                "644 /etc/systemd/system/warehouse-connections-test.timer",
                "644 /etc/systemd/system/warehoused.socket",
                "644 /etc/systemd/system/warehoused@.service",
                "644 /etc/sysusers.d/warehouse-connections.conf",
                "644 /etc/tmpfiles.d/warehouse-connections.conf",
                "644 /etc/warehouse-connections/test.conf",
                "644 /etc/warehouse-connections/warehoused.conf",
                "755 /usr/local/bin/warehousectl",
                "755 /usr/local/bin/warehoused",
                "644 /usr/local/share/bash-completion/completions/warehousectl",
                "644 /usr/local/share/bash-completion/completions/warehoused",
                "644 /usr/local/share/fish/vendor_completions.d/warehousectl.fish",
                "644 /usr/local/share/fish/vendor_completions.d/warehoused.fish",
                "644 /usr/local/share/man/man8/warehousectl.8",
                "644 /usr/local/share/man/man8/warehoused.8",
                "644 /usr/local/share/warehouse-connections/alerts.yml",
                "644 /usr/local/share/warehouse-connections/configuration.sha256",
                "644 /usr/local/share/zsh/site-functions/_warehousectl",
                "644 /usr/local/share/zsh/site-functions/_warehoused",
            ]
        )
        let before = try root.files()
        let second = try await root.install()
        #expect(second.exitCode == 0)
        #expect(second.output == "unchanged\n")
        #expect(try root.files() == before)
    }

    @Test
    func leavesConfigurationToItsEditor() async throws {
        let root = try Installation()
        _ = try await root.install()
        let shipped = try root.text(Self.settings)
        try root.write("edited\n", to: Self.site)
        // As an older version would have delivered them: the site was edited since, the settings were not.
        try root.write("old\n", to: Self.settings)
        let old = "01d09d19c2139a46aebfb577780d123d7396e97201bc7ead210a2ebff8239dee"
        try root.write("\(old)  \(Self.site)\n\(old)  \(Self.settings)\n", to: Self.delivered)

        let upgrade = try await root.install()
        #expect(upgrade.output.contains("kept your \(root.path)\(Self.site)"))
        #expect(try root.text(Self.site) == "edited\n")
        #expect(
            try root.text(Self.site + ".new") == String(contentsOfFile: "nginx.conf".inProject, encoding: .utf8)
        )
        #expect(try root.text(Self.settings) == shipped)

        try FileManager.default.removeItem(atPath: root.path + Self.site + ".new")
        #expect(try await root.install().output == "unchanged\n")
    }

    @Test
    func removesAllButDataAndEditedConfiguration() async throws {
        let root = try Installation()
        _ = try await root.install()
        let data = "/var/lib/warehouse-connections/store.sqlite"
        let secrets = "/var/lib/warehouse-connections-secrets/secrets.sqlite"
        let key = "/etc/warehouse-connections/sealing-key"
        for path in [data, secrets, key, Self.settings] { try root.write("mine\n", to: path) }
        let first = try await root.install(["--uninstall"])
        #expect(first.exitCode == 0, "\(first.error)")
        #expect(
            first.output == """
                removed 21 files
                kept \(root.path)\(Self.settings)
                kept \(root.path)\(key)
                kept \(root.path)/var/lib/warehouse-connections
                kept \(root.path)/var/lib/warehouse-connections-secrets

                """
        )
        #expect(try Set(root.files().map(\.path)) == [Self.settings, data, secrets, key])
        let second = try await root.install(["--uninstall"])
        #expect(second.exitCode == 0)
        #expect(second.output.hasPrefix("nothing to remove\nkept "))
        #expect(try Set(root.files().map(\.path)) == [Self.settings, data, secrets, key])
    }

    @Test
    func changesNothingWhenAProgramDoesNotRun() async throws {
        let root = try Installation()
        let programs = try TemporaryDirectory()
        for program in ["warehoused", "warehousectl"] {
            try FileManager.default.createSymbolicLink(atPath: programs(program), withDestinationPath: "/bin/false")
        }
        let outcome = try await root.install(["--binaries", programs.path])
        #expect(outcome.exitCode == 69)
        #expect(outcome.error.hasPrefix("install.sh: \(programs.path)/warehoused: does not run here"))
        #expect(try root.files().isEmpty)
    }

    @Test
    func installsUnitsThatSystemdTakesWithoutComplaint() async throws {
        let root = try Installation()
        _ = try await root.install()
        // The programs lie below the root, and so do the pages that the units name.
        for name in ["warehoused@", "warehouse-connections-test"] {
            let unit = "/etc/systemd/system/\(name).service"
            try root.write(
                root.text(unit).replacing("=/usr/local/bin/", with: "=\(root.path)/usr/local/bin/"),
                to: unit
            )
        }
        let verified = try await Program.run(
            "systemd-analyze",
            [
                "verify", "warehoused.socket", "warehoused@1.service", "warehoused@2.service",
                "warehouse-connections-test.service", "warehouse-connections-test.timer",
            ],
            environment: [
                "SYSTEMD_UNIT_PATH": "\(root.path)/etc/systemd/system:", "MANPATH": "\(root.path)/usr/local/share/man:",
            ]
        )
        #expect(verified.exitCode == 0)
        #expect(verified.output + verified.error == "")
    }

    /// The threshold is ten times the exposure. What asks warehouses has to have the network, which alone is 0.5 of it.
    @Test(arguments: [("warehoused@", 5), ("warehouse-connections-test", 12)])
    func confines(_ service: String, _ threshold: Int) async throws {
        let unit = "deploy/systemd/\(service).service".inProject
        let outcome = try await Program.run(
            "systemd-analyze",
            ["security", "--offline=true", "--threshold=\(threshold)", unit]
        )
        #expect(outcome.exitCode == 0, "\(outcome.output.suffix(200))")
        #expect(outcome.output.contains("Overall exposure level"))
    }

    /// Whoever reads it opens the secrets of all organisations.
    @Test
    func givesTheSealingKeyToOneUnitAlone() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "deploy/systemd".inProject)
        let takers = try files.filter { name in
            try String(contentsOfFile: "deploy/systemd/\(name)".inProject, encoding: .utf8).contains("LoadCredential")
        }
        #expect(takers == ["warehouse-connections-test.service"])
    }

    @Test
    func declaresUsersThatSystemdCanMake() async throws {
        let root = try Installation()
        _ = try await root.install()
        let outcome = try await Program.run("systemd-sysusers", ["--root", root.path, "--dry-run"])
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        for user in ["warehouse-connections", "warehoused"] {
            #expect((outcome.output + outcome.error).contains("Creating user '\(user)'"))
        }
    }

    @Test(arguments: ["warehoused", "warehousectl"])
    func completesAndDescribes(_ program: String) async throws {
        let root = try Installation()
        _ = try await root.install()
        let share = root.path + "/usr/local/share"
        let bash = try await Program.run("bash", ["-n", "\(share)/bash-completion/completions/\(program)"])
        #expect(bash.exitCode == 0)
        #expect(bash.error.isEmpty)
        #expect(
            try root.text("/usr/local/share/zsh/site-functions/_\(program)").hasPrefix("#compdef \(program)\n")
        )
        #expect(
            try root.text("/usr/local/share/fish/vendor_completions.d/\(program).fish")
                .contains("complete -c '\(program)'")
        )

        let file = "\(share)/man/man8/\(program).8"
        let page = try await Program.run("groff", ["-k", "-ww", "-man", "-Tutf8", "-P-cbou", file])
        #expect(page.exitCode == 0)
        #expect(page.error.isEmpty)
        let expected =
            program == "warehoused"
            ? ["--drain-timeout <seconds>", "WAREHOUSE_DRAIN_TIMEOUT"]
            : ["warehousectl init", "warehousectl key create --organisation <organisation>", "--expires-in <time>"]
        for words in expected + ["NAME", "SYNOPSIS", "--store <store>", "EXIT STATUS"] {
            #expect(page.output.contains(words), "\(words)")
        }
    }

    @Test(arguments: [
        ("install.sh", ["--no-such-option"], 64, "--no-such-option: not understood"),
        ("install.sh", ["somewhere"], 64, "somewhere: not understood"),
        ("install.sh", ["--binaries"], 64, "--binaries: needs a value"),
        ("install.sh", ["--binaries", "/usr/bin", "--uninstall"], 64, "--binaries and --uninstall: give one of them"),
        ("install.sh", ["--binaries", "/nonexistent"], 66, "/nonexistent: no such directory"),
        ("install.sh", ["--binaries", "/usr/lib"], 66, "/usr/lib/warehoused: no such program"),
        ("upgrade.sh", ["--no-such-option"], 64, "--no-such-option: not the name of an instance"),
        ("upgrade.sh", ["../1"], 64, "../1: not the name of an instance"),
        ("man-page.sh", [], 64, "wrong arguments: give PROGRAM"),
        ("man-page.sh", ["/bin/false"], 69, "/bin/false --help: failed"),
    ])
    func explainsItselfOnOneLine(
        _ script: String,
        _ arguments: [String],
        _ exitCode: Int32,
        _ message: String
    ) async throws {
        let root = try Installation()
        let outcome = try await Program.run(
            "deploy/\(script)".inProject,
            arguments,
            environment: ["DESTDIR": root.path]
        )
        #expect(outcome.exitCode == exitCode)
        #expect(outcome.error.hasPrefix("\(script): \(message)"), "\(outcome.error)")
        #expect(outcome.error.split(separator: "\n").count == 1)
        #expect(outcome.output.isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "needs root to become nobody"))
    func needsRootWithoutAnotherRoot() async throws {
        let script = "deploy/install.sh".inProject
        let outcome = try await Program.run(
            "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", script],
            environment: ["DESTDIR": ""]
        )
        #expect(outcome.exitCode == 73)
        #expect(outcome.error == "install.sh: /usr/local: needs root: run this as root, or give DESTDIR\n")
    }
}

extension String {
    fileprivate var inProject: String { Fixture.project + self }
}
