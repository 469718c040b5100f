import Foundation
import TestSupport
import Testing
import WarehouseConnections
import Warehouses

/// What a change of a connection leaves that is killed at any instant: after the next change both stores agree.
///
/// `RESTARTS` in the environment says how often, 5 times if it does not.
@Suite(.timeLimit(.minutes(30)))
struct InterruptedChangeTests {
    private static let times = ProcessInfo.processInfo.environment["RESTARTS"].flatMap { Int($0) } ?? 5

    @Test
    func leavesAConnectionWithItsKeyOrNeither() async throws {
        let office = try await Office()
        var kills = 0
        for number in 1...Self.times {
            let words = [
                ["create", "--organisation", "4", "--account-identifier", "x"],
                ["update", "--organisation", "4", "--warehouse", "w\(number)"],
                ["delete", "--organisation", "4", "--yes"],
            ]
            let word = try await office.exists(4) ? words[Int.random(in: 1...2)] : words[0]
            // Making a key pair takes most of create's time.
            if try await office.kill(word, within: word[0] == "create" ? 1_500_000 : 60_000) { kills += 1 }
            _ = try await office.run("update", "--organisation", "2", "--warehouse", "w\(number)")
            let (exists, secrets) = (try await office.exists(4), try await office.secrets())
            #expect(secrets.count == (exists ? 1 : 0), "\(word) cut off: \(exists), \(secrets.count) secrets")
            _ = try await office.run("check")
        }
        print("\(Self.times) changes, \(kills) of them killed: both stores agreed each time")
    }

    @Test
    func leavesAPasswordWithItsHost() async throws {
        let office = try await Office()
        let file = office.workplace.directory("password")
        func setPassword(_ number: Int) throws {
            try "password-\(number)".write(toFile: file, atomically: false, encoding: .utf8)
        }
        try setPassword(0)
        let create = [
            "--organisation", "4", "--type", "clickhouse", "--host", "h0.example.com", "--password-file", file,
        ]
        _ = try await office.run("create", create)
        var kills = 0
        for number in 1...Self.times {
            try setPassword(number)
            let host = "h\(number).example.com"
            let word = ["update", "--organisation", "4", "--host", host, "--password-file", file]
            if try await office.kill(word, within: 60_000) { kills += 1 }
            _ = try await office.run("update", "--organisation", "2", "--warehouse", "w\(number)")
            let shown = try await office.run("show", "--organisation", "4").output
            let stored = try #require(shown.firstMatch(of: /host +h([0-9]+)\.example\.com/)?.1)
            #expect(try await office.secrets().map { $0["value"] } == ["password-\(stored)"])
        }
        print("\(Self.times) new passwords, \(kills) of them killed: each was that of its host")
    }

    /// Whenever a rotation is killed, what the API shows can be signed for, and the older key is there exactly as long as
    /// the script leaves it where it is.
    @Test
    func leavesBothKeysOfARotationOrOne() async throws {
        let office = try await Office()
        _ = try await office.run("create", "--organisation", "4", "--account-identifier", "x")
        var kills = 0
        for number in 1...Self.times {
            let isRotating = try await office.secrets().count == 2
            let words = ["rotate-key", "--organisation", "4"] + (isRotating ? ["--finish", "--force"] : [])
            if try await office.kill(words, within: isRotating ? 60_000 : 1_500_000) { kills += 1 }
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
            #expect(secrets.count == (isFirst || script.contains(" UNSET RSA_PUBLIC_KEY") ? 1 : 2))
            _ = try await office.run("check")
        }
        print("\(Self.times) rotations begun or finished, \(kills) of them killed: both stores agreed each time")
    }

    /// A test stores its result while an update waits for its password: the update is refused, and the old host keeps the
    /// old password.
    @Test
    func leavesNothingOfAChangeThatCameTooLate() async throws {
        let office = try await Office()
        let file = office.workplace.directory("password")
        try "old password".write(toFile: file, atomically: false, encoding: .utf8)
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
        #expect(tested.output.contains("127.0.0.1:1: Connection refused"), "\(tested.output)\(tested.error)")
        try writing.write(contentsOf: Data("new password".utf8))
        try writing.close()
        let outcome = try await update
        #expect(outcome.exitCode == 75, "\(outcome.output)\(outcome.error)")
        #expect(try await office.secrets().map { $0["value"] } == ["old password"])
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
    /// Runs a command and kills it at a random instant; whether it was still running.
    fileprivate func kill(_ words: [String], within microseconds: Int) async throws -> Bool {
        let log = workplace.directory("log-\(UUID().uuidString)")
        let (_, code) = try await Program.withRunning(Program.warehousectl, words + stores, log: log) { process in
            try await Task.sleep(for: .microseconds(Int.random(in: 0...microseconds)))
            _ = Foundation.kill(process, SIGKILL)
        }
        return code == -SIGKILL
    }
}
