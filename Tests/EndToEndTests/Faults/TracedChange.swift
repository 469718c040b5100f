import Foundation
import Synchronization
import TestSupport
import Testing

/// Runs a change under strace, which makes one of its system calls fail.
final class TracedChange: Sendable {
    let office: Office
    private let change: FailingChange
    private let number = Mutex(0)

    init(_ change: FailingChange) async throws {
        self.change = change
        office = try await Office()
        let file = office.workplace.directory("password")
        try "password-0".write(toFile: file, atomically: false, encoding: .utf8)
        let clickHouse = ["--organisation", "5", "--type", "clickhouse", "--host", "h0.example.com"]
        try await office.run("create", clickHouse + ["--password-file", file])
        try await office.run("backup", office.workplace.directory("backup"))
    }

    /// How often the change calls `call` on the stores' files.
    func count(_ call: String) async throws -> Int {
        try await change.prepare(office)
        let outcome = try await trace(call, [])
        try #require(outcome.exitCode == 0, "\(outcome.error)")
        return try traced().split(separator: "\n").count { $0.contains("\(call)(") }
    }

    /// Makes the change with nothing in its way.
    func run() async throws {
        try await change.prepare(office)
        let outcome = try await Program.run(Program.warehousectl, try nextWords())
        #expect(outcome.exitCode == 0, "\(outcome.error)")
    }

    /// Makes call number `place` of `call` fail with `error`; returns the exit code, or nil if there was no such call.
    func run(failing call: String, _ error: String, at place: Int) async throws -> Int32? {
        let comment = "\(call) \(place) \(error)"
        try await change.prepare(office)
        let before = try state()
        let outcome = try await trace(call, ["-e", "inject=\(call):error=\(error):when=\(place)"])
        guard try traced().contains("(INJECTED)") else { return nil }
        let after = try state()
        if outcome.exitCode == 0 || outcome.error.contains("the change is made, but") {
            #expect(change.isDone(before.content, after.content), "\(comment): done, and not there")
        } else {
            #expect(after.content == before.content, "\(comment): \(outcome.error)")
            #expect(after.files == before.files, "\(comment): \(outcome.error)")
            #expect(outcome.error.hasPrefix("warehousectl: "), "\(comment): \(outcome.error)")
            #expect(outcome.error.split(separator: "\n").count == 1, "\(comment): \(outcome.error)")
        }
        if change.changesSecrets { try await expectSecretsOfConnections(comment) }
        return outcome.exitCode
    }

    /// The next change settles what a failed one has left.
    private func expectSecretsOfConnections(_ comment: String) async throws {
        try await office.run("update", "--organisation", "2", "--warehouse", "w\(number.withLock { $0 })")
        let shown = try await office.run("show", "--organisation", "5").output
        let host = try #require(shown.firstMatch(of: /host +h([0-9]+)\.example\.com/)?.1)
        let secrets = try await office.secrets()
        #expect(secrets.first { $0["organisation"] == "5" }?["value"] == "password-\(host)", "\(comment)")
        #expect(secrets.count == (try await office.exists(6) ? 2 : 1), "\(comment)")
    }

    private func state() throws -> (content: StoreContent, files: [String]) {
        let names = try FileManager.default.contentsOfDirectory(atPath: office.workplace.directory.path)
        let store = change.store(office)
        return (
            change.hasStore ? try StoreContent(of: store) : (try? StoreContent(of: store)) ?? StoreContent(),
            names.filter { $0.contains("sqlite") || $0.contains("backup") }
        )
    }

    private func nextWords() throws -> [String] {
        try change.words(
            office,
            number.withLock { number in
                number += 1
                return number
            }
        )
    }

    private func trace(_ call: String, _ options: [String]) async throws -> Outcome {
        let directory = office.workplace.directory
        let store = change.store(office)
        let stores = [
            store, store + ".restored", store + ".restored.part", office.secretStore, directory("backup"),
            directory("backup.part"),
        ]
        let paths =
            [directory.path] + stores.flatMap { store in ["", "-wal", "-shm", "-journal", ".lock"].map { store + $0 } }
        // Only these: a library that can't be loaded is not the program's to report.
        return try await Program.run(
            "strace",
            ["-f", "--seccomp-bpf", "-qq", "-o", directory("trace"), "-e", "trace=\(call)"]
                + paths.flatMap { ["-P", $0] } + options + [Program.warehousectl] + nextWords()
        )
    }

    private func traced() throws -> String {
        try String(contentsOfFile: office.workplace.directory("trace"), encoding: .utf8)
    }
}
