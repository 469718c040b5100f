import Foundation
import TestSupport
import Testing

/// A store on a disk that is full: changes say so and change nothing, the responder goes on, and all is well again once
/// there is room.
@Suite(.timeLimit(.minutes(3)), .enabled(if: getuid() == 0, "only root can mount a disk"))
struct FullDiskTests {
    @Test
    func refusesChangesAndServes() async throws {
        let workplace = try await Workplace()
        let lines = workplace.directory("lines")
        try Generations().lines(1).write(toFile: lines, atomically: false, encoding: .utf8)
        try await SmallDisk.with(workplace) { disk in
            let before = try await disk.run(["export"]).output
            var refusals: [String] = []
            // Of the blocks that they need there are none, or some.
            for free in [0, 1, 2, 5, 10, 20, 40] {
                try await disk.fill(leaving: free)
                let backup = free > 10 ? [] : [["backup", disk.directory + "/backup"]]
                for words in [["import", lines, "--replace"]] + backup {
                    let outcome = try await disk.try(words)
                    try #require(outcome.exitCode != 0, "\(words) with \(free) blocks")
                    #expect(outcome.error.hasPrefix("warehousectl: "), "\(outcome.error)")
                    #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)")
                    refusals.append(outcome.error)
                    #expect(try await disk.run(["export"]).output == before)
                    for _ in 1...20 { #expect(try workplace.ask(Workplace.list(1)).status == 200) }
                }
                try await disk.run(["check"])
            }
            try await disk.empty()
            try await disk.run(["import", lines, "--replace"])
            try await disk.run(["check"])
            #expect(try workplace.ask(Workplace.list(1)).status == 200)
            #expect(Set(refusals).count > 1)
            print("a full disk: \(refusals.count) of \(refusals.count) changes refused, such as \(refusals[0])")
        }
        #expect(!workplace.logged.contains("unavailable"), "\(workplace.logged)")
    }
}

/// A disk of 4 MB that only the processes see which are started here, with a store on it that is served.
private struct SmallDisk {
    let directory: String
    private let workplace: Workplace
    /// Enters the responder's view of the file systems.
    private let enter: [String]
    private var filler: String { directory + "/filler" }

    static func with(_ workplace: Workplace, _ body: (SmallDisk) async throws -> Void) async throws {
        let directory = workplace.statusDirectory
        let script = """
            mount -t tmpfs -o size=4m none "$D"
            "$W" backup "$C" --store "$S"
            "$W" restore "$C" --store "$D/store.sqlite"
            exec "$0" "$@"
            """
        _ = try await Program.withRunning(
            "unshare",
            ["--mount", "sh", "-ec", script, Program.warehoused, "--store", directory + "/store.sqlite"]
                + ["--listen", "unix:\(workplace.socket)"],
            environment: [
                "D": directory, "W": Program.warehousectl, "S": workplace.store, "C": workplace.directory("copy"),
            ],
            log: workplace.log
        ) { process in
            _ = try await eventually { try workplace.ask("/health/liveness/") }
            let enter = ["--mount=/proc/\(process)/ns/mnt", "--"]
            try await body(SmallDisk(directory: directory, workplace: workplace, enter: enter))
        }
    }

    /// Takes all that is free but `blocks` of 4 KiB.
    func fill(leaving blocks: Int) async throws {
        let script = """
            rm -f "$0"
            dd if=/dev/zero of="$0" bs=4096 2>/dev/null && exit 1
            size=$(stat -c %s "$0")
            truncate -s $((size - $1 * 4096)) "$0"
            """
        let outcome = try await Program.run("nsenter", enter + ["sh", "-ec", script, filler, "\(blocks)"])
        try #require(outcome.exitCode == 0, "\(outcome.error)")
    }

    func empty() async throws {
        _ = try await Program.run("nsenter", enter + ["rm", filler])
    }

    func `try`(_ words: [String]) async throws -> Outcome {
        let command = [Program.warehousectl] + words + ["--store", directory + "/store.sqlite"]
        return try await Program.run("nsenter", enter + command)
    }

    @discardableResult
    func run(_ words: [String]) async throws -> Outcome {
        let outcome = try await self.try(words)
        try #require(outcome.exitCode == 0, "\(words): \(outcome.error)")
        return outcome
    }
}
