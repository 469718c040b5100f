import Foundation
import TestSupport
import Testing
import WarehouseConnections
import Warehouses

/// What a change of a connection leaves that is killed at any instant: after the next change both stores agree.
///
/// `RESTARTS` in the environment says how many are killed, 5 if it does not.
@Suite(.timeLimit(.minutes(30)))
struct InterruptedChangeTests {
    private static let times = ProcessInfo.processInfo.environment["RESTARTS"].flatMap { Int($0) } ?? 5

    @Test
    func leavesAConnectionWithItsKeyOrNeither() async throws {
        let office = try await Office()
        var commands = office.killedCommands()
        try await commands.untilKilled(times: Self.times) { commands, number in
            let words = [
                ["create", "--organisation", "4", "--account-identifier", "x"],
                ["update", "--organisation", "4", "--warehouse", "w\(number)"],
                ["delete", "--organisation", "4", "--yes"],
            ]
            let word = try await office.exists(4) ? words[Int.random(in: 1...2)] : words[0]
            _ = try await commands.run(word[0], word + office.stores)
            _ = try await office.run("update", "--organisation", "2", "--warehouse", "w\(number)")
            let (exists, secrets) = (try await office.exists(4), try await office.secrets())
            #expect(secrets.count == (exists ? 1 : 0), "\(word) cut off: \(exists), \(secrets.count) secrets")
            _ = try await office.run("check")
        }
        print("\(commands.kills) changes killed: both stores agreed each time")
    }

    @Test
    func leavesAPasswordWithItsHost() async throws {
        let office = try await Office()
        let file = try office.passwordFile("password-0")
        let create = [
            "--organisation", "4", "--type", "clickhouse", "--host", "h0.example.com", "--password-file", file,
        ]
        _ = try await office.run("create", create)
        var commands = office.killedCommands()
        try await commands.untilKilled(times: Self.times) { commands, number in
            _ = try office.passwordFile("password-\(number)")
            let host = "h\(number).example.com"
            let word = ["update", "--organisation", "4", "--host", host, "--password-file", file]
            _ = try await commands.run("update", word + office.stores)
            _ = try await office.run("update", "--organisation", "2", "--warehouse", "w\(number)")
            let shown = try await office.run("show", "--organisation", "4").output
            let stored = try #require(shown.firstMatch(of: /host +h([0-9]+)\.example\.com/)?.1)
            #expect(try await office.secrets().map { $0["value"] } == ["password-\(stored)"])
        }
        print("\(commands.kills) new hosts with passwords killed: each password was that of its host")
    }

    /// Of a new password alone only the audit tells.
    @Test
    func leavesThePasswordThatTheAuditHas() async throws {
        let office = try await Office()
        func changes() async throws -> Int {
            let audit = try await office.run("audit", "--organisation", "4", "--json").output
            return audit.matches(of: /"action":"update"/).count
        }
        let file = try office.passwordFile("password-0")
        let create = ["--organisation", "4", "--type", "clickhouse", "--host", "h.example.com"]
        try await office.run("create", create + ["--password-file", file])
        var (commands, latest) = (office.killedCommands(), 0)
        try await commands.untilKilled(times: Self.times) { commands, number in
            let before = try await changes()
            _ = try office.passwordFile("password-\(number)")
            let word = ["update", "--organisation", "4", "--password-file", file] + office.stores
            _ = try await commands.run("update", word)
            if try await changes() > before { latest = number }
            try await office.run("update", "--organisation", "2", "--warehouse", "w\(number)")
            #expect(try await office.secrets().map { $0["value"] } == ["password-\(latest)"])
        }
        print("\(commands.kills) new passwords killed: the audit has each that is there, and no other")
    }

    /// A typed password takes the place of one that was made, or does not; the script has the hash of the one that is there.
    @Test
    func leavesTheHashOfThePasswordThatWasMade() async throws {
        let office = try await Office()
        let create = [
            "create", "--organisation", "4", "--type", "clickhouse", "--host", "h.example.com", "--username", "loader",
        ]
        let file = try office.passwordFile("typed")
        var commands = office.killedCommands()
        try await commands.untilKilled(times: Self.times) { commands, number in
            let isMade = try await office.secrets().first?["name"] == "made_password"
            if try await office.exists(4), !isMade { try await office.run("delete", "--organisation", "4", "--yes") }
            if !isMade { try await office.run("create", Array(create.dropFirst())) }
            let words = [
                ["rotate-key", "--organisation", "4"], ["update", "--organisation", "4", "--database", "a\(number)"],
                ["update", "--organisation", "4", "--password-file", file],
            ]
            let word = words[number % 3]
            _ = try await commands.run("\(number % 3)", word + office.stores)
            // The next change may be of the same connection or of another.
            let next =
                number.isMultiple(of: 2) ? ["4", "--database", "b\(number)"] : ["2", "--warehouse", "w\(number)"]
            try await office.run("update", ["--organisation"] + next)
            let secrets = try await office.secrets()
            try #require(secrets.count == 1)
            let script = try #require(try await office.connection(4)["setup_script"] as? String)
            let verifier = script.firstMatch(of: /ALTER USER .* BY '(.*)' SALT '(.*)';/)
            #expect((secrets[0]["name"] == "made_password") == (verifier != nil), "\(word) cut off")
            if let verifier, let password = secrets[0]["value"] {
                let hash = try await Program.run("sha256sum", [], input: password + verifier.2)
                #expect(hash.output.prefix(64) == verifier.1, "\(word) cut off")
            }
        }
        print("\(commands.kills) changes of made passwords killed: each script had the hash of the one that was there")
    }

    /// Whenever a rotation is killed, what the API shows can be signed for, and the older key is there exactly as long as
    /// the script leaves it where it is.
    @Test
    func leavesBothKeysOfARotationOrOne() async throws {
        let office = try await Office()
        _ = try await office.run("create", "--organisation", "4", "--account-identifier", "x")
        var commands = office.killedCommands()
        try await commands.untilKilled(times: Self.times) { commands, number in
            let isRotating = try await office.secrets().count == 2
            let words = ["rotate-key", "--organisation", "4"] + (isRotating ? ["--finish", "--force"] : [])
            _ = try await commands.run(isRotating ? "finish" : "rotate", words + office.stores)
            // The next change may be of the same connection or of another.
            let next = number.isMultiple(of: 2) ? "2" : "4"
            _ = try await office.run("update", "--organisation", next, "--warehouse", "w\(number)")
            let secrets = try await office.secrets().sorted {
                Int($0["version"] ?? "") ?? 0 < Int($1["version"] ?? "") ?? 0
            }
            let shown = try await office.connection(4)
            let newest = try #require(secrets.last)
            let pair = try SigningKey(pkcs8: Office.key(inPEM: try #require(newest["value"])))
            #expect(pair.publicKey.base64 == shown["public_key"] as? String)
            let script = try #require(shown["setup_script"] as? String)
            let isFirst = newest["version"] == "1"
            #expect(secrets.count == (isFirst || script.contains(/UNSET RSA_PUBLIC_KEY(_2)?;/) ? 1 : 2))
            _ = try await office.run("check")
        }
        print("\(commands.kills) rotations killed, begun or finished: both stores agreed each time")
    }

    /// A test stores its result while an update waits for its password: the update is refused, and the old host keeps the
    /// old password.
    @Test
    func leavesNothingOfAChangeThatCameTooLate() async throws {
        let office = try await Office()
        let file = try office.passwordFile("old password")
        let host = ["--organisation", "4", "--type", "clickhouse", "--host", "127.0.0.1", "--port", "1"]
        try await office.run("create", host + ["--password-file", file])
        let pipe = office.workplace.directory("pipe")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        async let update = office.try(
            "update",
            ["--organisation", "4", "--host", "new.example.com", "--password-file", pipe]
        )
        // Opens when the update reads it, and so has read the connection.
        let writing = try await Task.detached { try FileHandle(forWritingTo: URL(filePath: pipe)) }.value
        let tested = try await office.try("test", ["--organisation", "4", "--allow-private-host"])
        #expect(tested.output.contains("127.0.0.1:1: the connection was refused"), "\(tested.output)\(tested.error)")
        try writing.write(contentsOf: Data("new password".utf8))
        try writing.close()
        let outcome = try await update
        #expect(outcome.exitCode == 75, "\(outcome.output)\(outcome.error)")
        #expect(try await office.secrets().map { $0["value"] } == ["old password"])
    }

    /// Nothing but the password is another one, so the connection does not tell.
    @Test
    func takesBackAPasswordThatFailed() async throws {
        let office = try await Office()
        let file = try office.passwordFile("old password")
        let host = ["--organisation", "4", "--type", "clickhouse", "--host", "ch.example.com"]
        try await office.run("create", host + ["--password-file", file])
        let trigger = "CREATE TRIGGER refusal BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'refused'); END"
        try await office.workplace.sql(trigger)
        _ = try office.passwordFile("new password")
        let update = ["--organisation", "4", "--password-file", file]
        let failed = try await office.try("update", update)
        #expect(failed.exitCode == 69, "\(failed.error)")
        #expect(try await office.secrets().map { $0["value"] } == ["old password"])
        try await office.workplace.sql("DROP TRIGGER refusal")
        try await office.run("update", update)
        #expect(try await office.secrets().map { $0["value"] } == ["new password"])
    }

    @Test
    func takesBackWhatFailed() async throws {
        let office = try await Office()
        _ = try await office.run("create", "--organisation", "4", "--account-identifier", "x")
        // The organisation has one: the second fails under the lock, too.
        for _ in 1...2 {
            let second = try await office.try("create", ["--organisation", "4", "--account-identifier", "y"])
            #expect(second.exitCode == 73)
        }
        #expect(try await office.secrets().count == 1)
    }
}

extension Office {
    fileprivate func killedCommands() -> KilledCommands {
        KilledCommands(in: workplace, written: [workplace.store + "-wal", secretStore, secretStore + "-journal"])
    }
}

extension KilledCommands {
    /// Calls `body` with 0, 1, 2, … until as many commands as wanted were killed.
    fileprivate mutating func untilKilled(
        times: Int,
        _ body: (inout KilledCommands, _ number: Int) async throws -> Void
    ) async throws {
        var number = 0
        while kills < times {
            try #require(number < 20 * times, "the commands end before they are killed")
            try await body(&self, number)
            number += 1
        }
    }
}
