import Foundation
import TestSupport
import Testing

/// What both programs make of what they are started with.
@Suite(.timeLimit(.minutes(2)))
struct ProgramStartTests {
    private let office: Office
    private var store: String { office.workplace.store }

    init() async throws { office = try await Office() }

    /// Each file that is opened gets the lowest free number; what is printed would go into the lock, or the store.
    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    func printsIntoNoFileOfItsOwn(_ closed: String) async throws {
        let commands = [
            office.words("secrets", ["backup", office.workplace.directory("copy of secrets")]),
            office.words("backup", [office.workplace.directory("copy")]),
            office.words("import", [Fixture.connections]), office.words("list", []), office.words("frobnicate", []),
            office.words("key", ["create", "--organisation", "2"]),
        ]
        for words in commands {
            let script = #"exec "$0" "$@" \#(closed)"#
            let outcome = try await Program.run("sh", ["-c", script, Program.warehousectl] + words)
            #expect(
                closed.contains(">&-") && !closed.hasPrefix("2") || outcome.exitCode == 0 || words[0] == "frobnicate"
            )
        }
        for lock in [store + ".lock", office.secretStore + ".lock"] {
            #expect(try Data(contentsOf: URL(filePath: lock)).isEmpty)
        }
        try await office.run("check")
        try await office.run("secrets", "export", "--sealing-key-file", office.keyFile)
    }

    @Test(arguments: [">/dev/full", ">&-", ">&6"], [[], ["--json"]])
    func makesNoKeyThatNobodyReads(_ redirection: String, _ json: [String]) async throws {
        let before = try await office.run("key", "list").output
        // Number 6 is a pipe whose other end is closed.
        let script = #"""
            mkfifo "$1"
            exec 5<>"$1" 6>"$1" 5<&-
            program=$0
            shift
            "$program" "$@" \#(redirection)
            """#
        let words = office.words("key", ["create", "--organisation", "3"]) + json
        let pipe = office.workplace.directory("pipe")
        let outcome = try await Program.run("bash", ["-c", script, Program.warehousectl, pipe] + words)
        switch redirection {
        case ">/dev/full":
            #expect(outcome.error == "warehousectl: standard output: No space left on device: no key was made\n")
            #expect(outcome.exitCode == 74)
        case ">&-":
            #expect(outcome.error == "warehousectl: standard output: Bad file descriptor: no key was made\n")
            #expect(outcome.exitCode == 74)
        default: #expect(outcome.exitCode == 128 + SIGPIPE)
        }
        #expect(try await office.run("key", "list").output == before)
    }

    @Test
    func saysThatAKeyWasNotMadeWhichItHasShown() async throws {
        let before = try await office.run("key", "list").output
        let trace = ["-f", "-qq", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO", Program.warehousectl]
        let outcome = try await Program.run(
            "strace",
            trace + office.words("key", ["create", "--organisation", "3"])
        )
        #expect(outcome.exitCode == 69)
        let id = outcome.output.keyID
        #expect(outcome.error.hasSuffix(": key \(id), which was printed, was not made\n"), "\(outcome.error)")
        #expect(try await office.run("key", "list").output == before)
    }

    /// Whoever does not read what is printed keeps nobody from the store.
    @Test
    func waitsForItsReaderBeforeItLocksTheStore() async throws {
        let pipe = office.workplace.directory("pipe")
        let script = #"""
            mkfifo "$1"
            exec 5<>"$1"
            dd if=/dev/zero of="$1" bs=4096 oflag=nonblock 2>/dev/null
            program=$0
            shift
            "$program" "$@" >&5 &
            until grep -q poll /proc/$!/wchan || [ -n "$(jobs -nl %1 | grep -v Running)" ]; do sleep 0.01; done
            "$program" "$@"
            kill $!
            """#
        let words = office.words("key", ["create", "--organisation", "3"])
        let outcome = try await Program.run("bash", ["-c", script, Program.warehousectl, pipe] + words)
        #expect(outcome.output.count == 68, "\(outcome.error)")
        let listed = try await office.run("key", "list", "--organisation", "3").output
        #expect(listed.split(separator: "\n").count == 3)
    }

    @Test
    func takesNoNameForAnotherOne() async throws {
        let script = #"cd "$1" && exec "$0" backup "$(printf 'b\351')" --store "$2""#
        let folder = office.workplace.directory.path
        let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let argument = try await Program.run("bash", ["-c", script, Program.warehousectl, folder, store])
        #expect(argument.exitCode == 64)
        #expect(argument.error == "warehousectl: argument 2: is not UTF-8\n")
        for (program, variable) in [
            (Program.warehousectl, "WAREHOUSE_STORE"), (Program.warehoused, "WAREHOUSE_STORE"),
            (Program.warehousectl, "WAREHOUSE_SECRETS"), (Program.warehousectl, "TMPDIR"),
        ] {
            let words = variable == "TMPDIR" ? "backup -" : variable == "WAREHOUSE_SECRETS" ? "secrets export" : "check"
            let script = #"export \#(variable)="$(printf '%s/s\351' "$1")" && exec "$0" \#(words)"#
            let outcome = try await Program.run("bash", ["-c", script, program, folder])
            #expect(outcome.exitCode == 78)
            let name = program == Program.warehoused ? "warehoused" : "warehousectl"
            #expect(outcome.error == "\(name): \(variable): is not UTF-8\n")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
    }

    /// Where somebody has put it in the wrong place.
    @Test
    func printsNoKeyInAnError() async throws {
        let key = try #require(office.workplace.keys[1])
        let sealing = try String(contentsOfFile: office.keyFile, encoding: .utf8).trimmingCharacters(in: .newlines)
        // In a path, where other words are as long, whole ones alone.
        var commands = [key, sealing].flatMap { secret in
            [
                (Program.warehousectl, ["backup", "/nonexistent/\(secret)", "--store", store]),
                (Program.warehoused, ["--listen", "unix:/nonexistent/\(secret)", "--store", store]),
            ]
        }
        // Whole, or cut where somebody has not selected all of it.
        let parts = [key.dropFirst(0), key.dropLast(3)] + [2, 4, 5, 8, 17].map { key.dropFirst($0) }
        for secret in (parts + [0, 3, 6].map { sealing.dropFirst($0) }).map(String.init) {
            commands += [
                (Program.warehousectl, [secret]), (Program.warehousectl, ["list", secret]),
                (Program.warehousectl, ["key", "create", "--organisation", secret]),
                (Program.warehousectl, ["key", "revoke", "+\(secret)"]),
                (Program.warehousectl, ["key", "revoke", secret + "x"]),
                (Program.warehousectl, ["list", "--store", secret]),
                (Program.warehousectl, ["import", secret, "--store", store]),
                (Program.warehousectl, ["list", "--\(secret)"]),
                (Program.warehousectl, office.words("secrets", ["export", "--sealing-key-file", secret])),
                (Program.warehoused, [secret]), (Program.warehoused, ["--listen", secret]),
                (Fixture.project + "deploy/smoke.sh", ["https://localhost", secret]),
                (Fixture.project + "deploy/smoke.sh", ["https://localhost", "--organisation", secret]),
            ]
        }
        for (program, words) in commands {
            let outcome = try await Program.run(program, words)
            #expect(outcome.exitCode >= 64, "\(words)")
            for secret in [key.dropFirst(17), sealing.dropFirst(6)] {
                #expect(!outcome.error.contains(secret.prefix(12)), "\(outcome.error)")
            }
        }
    }

    @Test(arguments: ["the key", "whc_ and the id", "the id"])
    func revokesAKeyByWhateverNamesIt(_ name: String) async throws {
        let key = try #require(office.workplace.keys[1])
        let words = ["the key": key, "whc_ and the id": String(key.prefix(16)), "the id": key.keyID]
        let outcome = try await office.run("key", "revoke", try #require(words[name]))
        #expect(outcome.output.hasPrefix("key \(key.keyID) of organisation 1: revoked 20"))
        let answer = try await office.workplace.withResponder { _ in try office.workplace.ask(Workplace.list(1)) }
        #expect(answer.result.status == 401)
    }
}
