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

    /// Which calls of `call` the change makes on the stores' files, counted from 1.
    func places(of call: String) async throws -> [Int] {
        try await change.prepare(office)
        let outcome = try await trace(call, [])
        try #require(outcome.exitCode == 0, "\(outcome.error)")
        let calls = try traced().split(separator: "\n").filter { $0.contains("\(call)(") }
        return calls.indices.filter { isOfStores(calls[$0]) }.map { $0 + 1 }
    }

    /// Makes the change with nothing in its way.
    func run() async throws {
        try await change.prepare(office)
        let outcome = try await Program.run(Program.warehousectl, try nextWords())
        #expect(outcome.exitCode == 0, "\(outcome.error)")
    }

    /// Makes call number `place` of `call` fail with `error`; returns the exit code, or nil if it was none on the stores'
    /// files.
    func run(failing call: String, _ error: String, at place: Int) async throws -> Int32? {
        let comment = "\(call) \(place) \(error)"
        try await change.prepare(office)
        let before = try state()
        let outcome = try await trace(call, ["-e", "inject=\(call):error=\(error):when=\(place)"])
        let injected = try traced().split(separator: "\n").first { $0.contains("(INJECTED)") }
        guard let injected, isOfStores(injected) else { return nil }
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
        // With the path of each descriptor, which tells whose the call is.
        try await Program.run(
            "strace",
            ["-f", "--seccomp-bpf", "-qq", "-y", "-o", office.workplace.directory("trace"), "-e", "trace=\(call)"]
                + options + [Program.warehousectl] + nextWords()
        )
    }

    /// Those on other files are not tried: a library that can't be loaded is not the program's to report. What is opened
    /// to be read by a command's own words is no store either.
    private func isOfStores(_ line: Substring) -> Bool {
        let directory = office.workplace.directory
        return line.contains(directory.path)
            && !["generation", "password"].contains { line.contains("\"\(directory($0))\"") }
    }

    private func traced() throws -> String {
        try String(contentsOfFile: office.workplace.directory("trace"), encoding: .utf8)
    }
}
