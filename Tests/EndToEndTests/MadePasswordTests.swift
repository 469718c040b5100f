import Foundation
import SecretStore
import TestSupport
import Testing
import WarehouseConnections

/// A password that nobody has typed: where it is, what the set-up script has of it, when there is a new one.
@Suite(.timeLimit(.minutes(5)))
struct MadePasswordTests {
    private static let create = [
        "--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com", "--username", "loader",
    ]

    private func script(_ office: Office) async throws -> String {
        try #require(try await office.connection(4)["setup_script"] as? String)
    }

    /// The only secret, whose hash must be the script's.
    private func made(_ office: Office) async throws -> String {
        let secrets = try await office.secrets()
        #expect(secrets.map { $0["name"] } == ["made_password"])
        let password = try #require(secrets.first?["value"])
        let script = try await script(office)
        let user =
            /(?:CREATE USER IF NOT EXISTS|ALTER USER) "loader" IDENTIFIED WITH sha256_hash BY '(.*)' SALT '(.*)';/
        let verifiers = script.matches(of: user).map { [String($0.1), String($0.2)] }
        try #require(verifiers.count == 2 && verifiers[0] == verifiers[1])
        let hash = try await Program.run("sha256sum", [], input: password + verifiers[0][1])
        #expect(hash.output == "\(verifiers[0][0])  -\n")
        return password
    }

    @Test
    func replacesAPasswordThatItHasMade() async throws {
        let office = try await Office()
        try await office.run("create", Self.create)
        var passwords = [try await made(office)]
        #expect(passwords[0].wholeMatch(of: /[0-9a-f]{64}/) != nil)
        let update = ["update", "--organisation", "4"]
        let changes = [
            update + ["--database", "other"], update + ["--port", "9440"], update + ["--host", "b.example.com"],
            update + ["--secure", "false"], ["rotate-key", "--organisation", "4"],
        ]
        for change in changes {
            try await office.run(change[0], Array(change.dropFirst()))
            passwords.append(try await made(office))
            #expect(try await office.connection(4)["status"] as? String == "pending_customer_setup")
        }
        #expect(Set(passwords).count == 6)
        let finish = try await office.try("rotate-key", ["--organisation", "4", "--finish"])
        #expect(finish.exitCode == 1)
        #expect(finish.error.contains(": nothing to finish: a new password has replaced"), "\(finish.error)")
        let audit = try await office.run("audit", "--organisation", "4", "--json").output
        let actions = audit.matches(of: /"action":"([^"]+)"/).map { String($0.1) }
        #expect(actions.suffix(6) == ["create", "update", "update", "update", "update", "rotate-key"])
    }

    @Test
    func takesAPasswordThatIsTypedInItsPlace() async throws {
        let office = try await Office()
        try await office.run("create", Self.create)
        _ = try await made(office)
        try await office.run("update", ["--organisation", "4", "--password-file", office.passwordFile("typed-1")])
        #expect(try await office.secrets().map { [$0["name"], $0["value"]] } == [["password", "typed-1"]])
        let script = try await script(office)
        #expect(script.contains("Flagsmith was given a password, which is not in this script."))
        #expect(!script.contains("SALT '") && !script.contains("\nALTER USER"))
        let hash = try await Program.run("sha256sum", [], input: "typed-1")
        #expect(!script.contains(hash.output.prefix(64)))
        // It stays, where it is not sent elsewhere.
        try await office.run("update", "--organisation", "4", "--database", "other")
        #expect(try await office.secrets().map { $0["value"] } == ["typed-1"])
        let moved = try await office.try("update", ["--organisation", "4", "--port", "9440"])
        #expect(moved.exitCode == 64)
        let rotated = try await office.try("rotate-key", ["--organisation", "4"])
        #expect(rotated.exitCode == 1)
        #expect(
            rotated.error.contains("clickhouse has no key pair: change its secrets with update"),
            "\(rotated.error)"
        )
        #expect(try await office.secrets().map { $0["value"] } == ["typed-1"])
    }

    /// A change that was killed has sealed a typed password that no connection has.
    @Test
    func makesAnotherInPlaceOfAnInterruptedChange() async throws {
        let office = try await Office()
        try await office.run("create", Self.create)
        let before = try await made(office)
        do {
            let shown = try await office.connection(4)["id"] as? String
            let id = try #require(shown.flatMap { ConnectionID($0) })
            let secrets = try SecretStore(path: office.secretStore)
            let version = SecretVersion.first.next
            try secrets.mark(
                UnsettledConnection(
                    store: URL(filePath: office.workplace.store).resolvingSymlinksInPath().path,
                    organisation: 4,
                    connection: id,
                    version: version,
                    auditEntries: 1
                )
            )
            var typed = Array("typed".utf8)
            let secretID = SecretID(organisation: 4, connection: id, name: .password, version: version)
            try secrets.put(Secret(taking: &typed), for: secretID)
        }
        try await office.run("update", "--organisation", "4", "--database", "other")
        #expect(try await made(office) != before)
    }

    /// It comes from a file of the server: no statement changes it.
    @Test
    func makesNoneForTheUserDefault() async throws {
        let office = try await Office()
        let message =
            "--username default: its password comes from a file of the server: give --password-file, or another user"
        let words = ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com"]
        let created = try await office.try("create", words)
        #expect(created.exitCode == 64 && created.error == "warehousectl: \(message)\n", "\(created.error)")
        try await office.run("create", Self.create)
        let made = try await made(office)
        let updated = try await office.try("update", ["--organisation", "4", "--username", "default"])
        #expect(updated.exitCode == 64 && updated.error == "warehousectl: \(message)\n", "\(updated.error)")
        #expect(try await self.made(office) == made)
        try await office.run(
            "update",
            ["--organisation", "4", "--username", "default", "--password-file", office.passwordFile("typed-1")]
        )
        #expect(try await office.secrets().map { $0["value"] } == ["typed-1"])
    }

    @Test
    func isInTheStoreOfSecretsAlone() async throws {
        let office = try await Office()
        let site = office.workplace
        var answers = ""
        var passwords: [String] = []
        _ = try await site.withResponder(["--log-level", "trace"]) { _ in
            answers += try await office.run("create", Self.create + ["--json"]).output
            passwords.append(try await made(office))
            answers += try await office.run("rotate-key", "--organisation", "4", "--json").output
            passwords.append(try await made(office))
            answers += try office.list(4)
        }
        let commands = [
            ["show", "--organisation", "4"], ["show", "--organisation", "4", "--json"], ["export"], ["list"],
            ["audit", "--json"],
        ]
        for command in commands { answers += try await office.run(command[0], Array(command.dropFirst())).output }
        try Data(answers.utf8).write(to: URL(filePath: site.directory("answers")))
        let files = try FileManager.default.subpathsOfDirectory(atPath: site.directory.path)
        #expect(files.contains("secrets.sqlite") && files.contains("store.sqlite") && files.contains("log"))
        for password in passwords {
            // Its text and the bits that it spells.
            let digits = Array(password)
            let bits = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
            for name in files {
                guard let content = FileManager.default.contents(atPath: site.directory(name)) else { continue }
                for trace in [Data(password.utf8), Data(bits), Data(Data(password.utf8).base64EncodedString().utf8)] {
                    #expect(content.range(of: trace) == nil, "in \(name)")
                }
            }
        }
    }
}
