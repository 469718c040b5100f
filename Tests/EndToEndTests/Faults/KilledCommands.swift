import Foundation
import TestSupport
import Testing

/// Commands of the tool that are killed at any instant; each second one as soon as it writes, since most of its time goes
/// to other things.
struct KilledCommands {
    /// What a command has said before it ended.
    struct Ending {
        let said: String
        let isKilled: Bool
    }

    private(set) var kills = 0
    /// How long each command takes.
    private var durations: [String: Duration] = [:]
    private let written: [String]
    private let log: String

    /// - Parameter written: the files that show when a command begins to write.
    init(in workplace: Workplace, written: [String]) {
        self.written = written
        log = workplace.directory("said")
    }

    /// Runs a command: the first of each name to its end, the others until they are killed.
    mutating func run(_ name: String, _ words: [String]) async throws -> Ending {
        guard let duration = durations[name] else {
            let start = ContinuousClock.now
            let outcome = try await Program.run(Program.warehousectl, words)
            durations[name] = .now - start
            try #require(outcome.exitCode == 0, "\(outcome.error)")
            return Ending(said: outcome.output, isKilled: false)
        }
        try Data().write(to: URL(filePath: log))
        let (_, code) = try await Program.withRunning(Program.warehousectl, words, log: log) { process in
            let isWriting = kills.isMultiple(of: 2)
            if isWriting { try await waitForWrite(duration * 3) }
            let latest = isWriting ? 20_000 : Int(duration / .microseconds(1))
            try await Task.sleep(for: .microseconds(Int.random(in: 0...latest)))
            _ = kill(process, SIGKILL)
        }
        let said = try String(contentsOfFile: log, encoding: .utf8)
        if code == -SIGKILL { kills += 1 } else { try #require(code == 0, "\(said)") }
        return Ending(said: said, isKilled: code == -SIGKILL)
    }

    /// Until something has been written, or the command must be over.
    private func waitForWrite(_ longest: Duration) async throws {
        func times() -> [Date?] {
            written.map { file in
                (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
            }
        }
        let (before, deadline) = (times(), ContinuousClock.now + longest)
        while ContinuousClock.now < deadline, times() == before { await Task.yield() }
    }
}
