import Foundation
import TestSupport
import Testing

/// The operator's page: every command on it, run in order on a machine with systemd as process 1.
@Suite(.timeLimit(.minutes(5)))
struct OperationsTests {
    private static let folder = Fixture.project + "Tests/EndToEndTests/operations/"

    @Test(
        .enabled("needs root, systemd, and the right to mounts, namespaces and control groups") {
            try await Program.run(folder + "machine.sh", ["--check"]).exitCode == 0
        }
    )
    func runsEveryCommand() async throws {
        let page = try OperationsPage()
        let directory = try TemporaryDirectory()
        for name in ["base-image", "certbot", "scenes.sh"] {
            try FileManager.default.copyItem(atPath: Self.folder + name, toPath: directory(name))
        }
        try page.script.write(toFile: directory("run"), atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory("run"))
        let programs = URL(filePath: Program.warehoused).deletingLastPathComponent().path()
        let outcome = try await Program.run(Self.folder + "machine.sh", [programs, directory.path])
        let log = (try? String(contentsOfFile: directory("log"), encoding: .utf8)) ?? ""
        let end = log.split(separator: "\n").suffix(40).joined(separator: "\n")
        #expect(outcome.exitCode == 0, "\(outcome.error)\n\(end)")
        #expect(log.hasSuffix("\(OperationsPage.end)\n"), "\(end)")
        let run = log.matches(of: /(?m)^== line ([0-9]+):/).compactMap { Int($0.1) }
        let wanted = page.blocks.map { $0.line }
        #expect(run == wanted, "not every block was run")
        #expect(!log.contains(/whc_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}/), "a command shows a key")
    }

    /// A command elsewhere would not be run: in a block of another language, indented, or in the middle of a sentence.
    @Test
    func hasEveryCommandInABlockThatIsRun() throws {
        let page = try OperationsPage()
        #expect(page.blocks.count > 20)
        #expect(page.otherLanguages.isSubset(of: ["ini", "json", "nginx", "text", "yaml"]), "\(page.otherLanguages)")
        #expect(page.indented.isEmpty, "\(page.indented)")
        let commands = page.blocks.map(\.commands).joined()
        let span = /`((apt-get|certbot|curl|deploy\/[^ `]+|journalctl|nginx|podman|systemctl|warehouse(d|ctl)) [^`]+)`/
        for match in page.prose.matches(of: span) {
            #expect(commands.contains(match.1), "`\(match.1)` is in no block")
        }
    }

    @Test
    func hasWhatItRefersTo() throws {
        let page = try OperationsPage()
        let anchors = Set(
            page.headings.map { heading in
                heading.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
                    .replacing(" ", with: "-")
            }
        )
        for match in page.prose.matches(of: /\]\(#([^)]+)\)/) {
            #expect(anchors.contains(String(match.1)), "no heading for #\(match.1)")
        }
        #expect(Set(page.headings).count == page.headings.count)
        let scenes = try String(contentsOfFile: Self.folder + "scenes.sh", encoding: .utf8)
        let names = Set(page.blocks.map(\.name))
        let scenesOfBlocks = scenes.matches(of: /"([^"$]+ [0-9])" *[|)]/).map { String($0.1) }
        #expect(scenesOfBlocks.count > 40)
        for name in scenesOfBlocks {
            #expect(names.contains(name), "scenes.sh: no block \"\(name)\" in OPERATIONS.md")
        }
    }
}

/// `deploy/OPERATIONS.md`, taken apart.
private struct OperationsPage {
    /// A fenced block of `sh`.
    struct Block {
        let heading: String
        /// Which one under its heading, from 1.
        let number: Int
        let line: Int
        var commands = ""

        var name: String { "\(heading) \(number)" }
    }

    static let end = "== all done"

    private(set) var headings: [String] = []
    private(set) var blocks: [Block] = []
    private(set) var otherLanguages: Set<String> = []
    /// Lines that Markdown takes for code.
    private(set) var indented: [String] = []
    /// All lines outside blocks.
    private(set) var prose = ""

    init() throws {
        let text = try String(contentsOfFile: Fixture.project + "deploy/OPERATIONS.md", encoding: .utf8)
        var fence: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if fence == nil {
                    let language = String(line.dropFirst(3))
                    fence = language
                    if language == "sh" { open(line: index + 1) } else { otherLanguages.insert(language) }
                } else {
                    fence = nil
                }
            } else if fence == "sh" {
                blocks[blocks.count - 1].commands += line + "\n"
            } else if fence == nil {
                if line.hasPrefix("#") { headings.append(String(line.drop { $0 == "#" }.dropFirst())) }
                if line.hasPrefix("    ") || line.contains("~~~") { indented.append(String(line)) }
                prose += line + "\n"
            }
        }
    }

    private mutating func open(line: Int) {
        let heading = headings.last ?? ""
        let number = blocks.count { $0.heading == heading } + 1
        blocks.append(Block(heading: heading, number: number, line: line))
    }

    /// Runs the blocks one after the other in one shell, between the scenes that `scenes.sh` sets.
    var script: String {
        let steps = blocks.map { block in
            """
            line=\(block.line)
            echo; echo "== line $line: \(block.name), after $SECONDS s"
            before '\(block.name)'
            \(block.commands)after '\(block.name)'
            """
        }
        return """
            #!/bin/bash
            set -eEuo pipefail
            export HOME=/root LANG=C.UTF-8
            cd /srv/warehouse-connections
            . /operations/scenes.sh
            trap 'status=$?; explain; echo "in the block of line $line: exit $status: $BASH_COMMAND"' ERR
            \(steps.joined(separator: "\n"))
            echo "\(Self.end)"

            """
    }
}
