import Foundation
import TestSupport
import Testing

/// Backups as an operator makes and restores them: by pipes, over files that are there, and cut off.
@Suite(.timeLimit(.minutes(5)))
struct BackupTests {
    private let workplace: Workplace
    private let temporary: TemporaryDirectory

    init() async throws {
        workplace = try await Workplace()
        temporary = try TemporaryDirectory()
    }

    @Test
    func passesThroughPipes() async throws {
        let (tool, store, other) = (Program.warehousectl, workplace.store, workplace.directory("other.sqlite"))
        let script = #"set -e; "$0" backup - --store "$1" | "$0" restore - --store "$2""#
        let piped = try await run("bash", ["-o", "pipefail", "-c", script, tool, store, other])
        #expect(piped.exitCode == 0, "\(piped.error)")
        #expect(piped.output == "\(other): created from -\n")
        let exported = try await run(tool, ["export", "--store", other]).output
        #expect(try exported == Fixture.text("connections.ndjson"))
        #expect(try left == [])
        // A copy of the file of a store in use says of itself that it has a log.
        let again = try await run("sh", ["-c", #""$0" restore - --replace --store "$2" <"$1""#, tool, store, other])
        #expect(again.output == "\(other): replaced from -\n", "\(again.error)")
        #expect(try await run(tool, ["check", "--store", other]).exitCode == 0)
        #expect(try left == [])
    }

    @Test(arguments: [
        ("", "it is an empty file"), ("nonsense", "it is no SQLite database"),
        ("head -c 20000", "it is damaged: database disk image is malformed"),
    ])
    func refusesAPipeThatHoldsNone(_ content: String, _ problem: String) async throws {
        let other = workplace.directory("other.sqlite")
        let source = content.hasPrefix("head") ? "\(content) '\(workplace.store)'" : "printf '%s' '\(content)'"
        let script = #"\#(source) | "$0" restore - --store "$1""#
        let outcome = try await run("sh", ["-c", script, Program.warehousectl, other])
        #expect(outcome.exitCode == 65)
        #expect(outcome.error == "warehousectl: standard input: cannot be restored: \(problem)\n")
        #expect(!FileManager.default.fileExists(atPath: other))
        #expect(try left == [])
    }

    /// Whoever reads the copy may go away, and so may this program, at any time.
    @Test(arguments: ["TERM", "KILL", "PIPE"])
    func leavesNothingOfACopyThatIsCutOff(_ signal: String) async throws {
        // More than a pipe holds, so that both wait in the middle of it.
        try Generations().lines(1).write(toFile: workplace.directory("lines"), atomically: false, encoding: .utf8)
        try await tool("import", workplace.directory("lines"), "--replace")
        let script =
            signal == "PIPE"
            ? #""$0" backup - --store "$1" | head -c 10 >/dev/null; [ "${PIPESTATUS[0]}" = 141 ]"#
            : """
            mkfifo "$2/out" "$2/in"
            "$0" backup - --store "$1" >"$2/out" &
            one=$!
            exec 3<"$2/out"
            head -c 10 <&3 >/dev/null
            "$0" restore - --store "$1" --replace <"$2/in" &
            other=$!
            exec 4>"$2/in"
            head -c 20000 "$1" >&4
            until ls -l /proc/$other/fd | grep -q deleted || [ -n "$(jobs -nl %2 | grep -v Running)" ]; do
                sleep 0.01
            done
            kill -\(signal) $one $other
            wait $one || one=$?
            wait $other || other=$?
            [ "$one" -gt 128 ] && [ "$other" -gt 128 ]
            """
        let pipes = workplace.directory("pipes")
        try FileManager.default.createDirectory(atPath: pipes, withIntermediateDirectories: false)
        let outcome = try await run("bash", ["-c", script, Program.warehousectl, workplace.store, pipes])
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try left == [])
    }

    /// SQLite looks for a journal of it by name, whenever it reads: nobody else may put one there.
    @Test
    func keepsTheFolderOfACopyThatHasNoName() async throws {
        let pipe = workplace.directory("pipe")
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        let script = """
            "$0" restore - --store "$2" <"$1" &
            exec 3>"$1"
            head -c 10000 "$3" >&3
            until ls -l /proc/$!/fd | grep -q deleted; do sleep 0.01; done
            stat -c '%a %F' "$TMPDIR"/.warehouse-connections-*
            ls -A "$TMPDIR"/.warehouse-connections-*
            tail -c +10001 "$3" >&3
            exec 3>&-
            wait $!
            ls -A "$TMPDIR"
            """
        let other = workplace.directory("other.sqlite")
        try await tool("backup", workplace.directory("backup"))
        let words = ["-c", script, Program.warehousectl, pipe, other, workplace.directory("backup")]
        let outcome = try await run("bash", words)
        #expect(outcome.output == "700 directory\n\(other): created from -\n", "\(outcome.error)")
    }

    /// An incomplete copy must not look like a complete one.
    @Test
    func reportsACopyThatCannotBeReadOrWritten() async throws {
        let copy = workplace.directory("copy")
        let words = ["backup", "-", "--store", workplace.store]
        let trace = [
            "-f", "-qq", "-y", "-o", workplace.directory("trace"), "-e", "trace=pread64", Program.warehousectl,
        ]
        _ = try await run("strace", trace + words)
        let calls = try String(contentsOfFile: workplace.directory("trace"), encoding: .utf8).split(separator: "\n")
        // The last read that brings something: of the copy, for the output.
        let place = try #require(calls.lastIndex { $0.contains("deleted") && !$0.contains("= 0") }) + 1
        let script = #"out=$1; shift; exec "$@" >"$out""#
        let failing = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pread64"]
        let injected = failing + ["-e", "inject=pread64:error=EIO:when=\(place)", Program.warehousectl] + words
        let unread = try await run("sh", ["-c", script, "sh", copy] + injected)
        #expect(unread.exitCode == 74)
        #expect(
            unread.error.contains("\(temporary.path): cannot be written: a copy in this folder: Input/output error")
        )

        guard getuid() == 0 else { return }
        let full = #"mount -t tmpfs -o size=32k none "$TMPDIR" && exec "$0" "$@" >/dev/null"#
        let unwritten = try await run("unshare", ["--mount", "sh", "-c", full, Program.warehousectl] + words)
        #expect(unwritten.exitCode == 74)
        #expect(unwritten.error.hasPrefix("warehousectl: \(temporary.path): cannot be written: "), "\(unwritten.error)")
        let input = #"mount -t tmpfs -o size=32k none "$TMPDIR" && exec "$0" restore - --store "$1" <"$2""#
        let other = workplace.directory("other.sqlite")
        let unfilled = try await run(
            "unshare",
            ["--mount", "sh", "-c", input, Program.warehousectl, other, workplace.store]
        )
        #expect(unfilled.exitCode == 74)
        #expect(unfilled.error.hasPrefix("warehousectl: \(temporary.path): cannot be written: "), "\(unfilled.error)")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func usesNoTemporaryFolderOfOthersAsRoot() async throws {
        try #require(unsafe chown(temporary.path, 65_534, 65_534) == 0)
        let outcome = try await run(Program.warehousectl, ["backup", "-", "--store", workplace.store])
        #expect(outcome.exitCode == 78)
        #expect(outcome.error.hasPrefix("warehousectl: TMPDIR \(temporary.path): belongs to another user than root"))
    }

    @Test
    func makesABackupWhereThereAreNoLinks() async throws {
        let backup = workplace.directory("backup")
        let trace = ["-f", "-qq", "-o", "/dev/null", "-e", "inject=link:error=EPERM", Program.warehousectl]
        let outcome = try await run("strace", trace + ["backup", backup, "--store", workplace.store])
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        try await tool("check", store: backup)
        #expect(try await run("strace", trace + ["backup", backup, "--store", workplace.store]).exitCode == 73)
    }

    @Test
    func leavesWhatTheNextOneRemovesWhereItIsKilled() async throws {
        let backup = workplace.directory("backup")
        let killed = try await run(
            "strace",
            ["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:signal=KILL:when=1", Program.warehousectl]
                + ["backup", backup, "--store", workplace.store]
        )
        #expect(killed.exitCode != 0)
        let folders = try names.filter { $0.hasPrefix(".warehouse-connections-") }
        let folder = workplace.directory(try #require(folders.first))
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
        let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: -120)]
        try FileManager.default.setAttributes(old, ofItemAtPath: folder)
        try await tool("backup", backup)
        #expect(try names.filter { $0.hasPrefix(".warehouse-connections-") } == [])
    }

    @Test(arguments: ["a b", "ä%20", "file:x", "#?"])
    func takesAnyNameOfATemporaryFolder(_ name: String) async throws {
        let folder = temporary(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let script = #""$0" backup - --store "$1" >"$2""#
        let copy = workplace.directory("copy")
        let outcome = try await Program.run(
            "sh",
            ["-c", script, Program.warehousectl, workplace.store, copy],
            environment: ["TMPDIR": folder]
        )
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        try await tool("check", store: copy)
    }

    @Test
    func replacesNothingButAnOlderBackup() async throws {
        let (secrets, key) = (workplace.directory("secrets.sqlite"), workplace.directory("key"))
        let (backup, ofSecrets) = (workplace.directory("backup"), workplace.directory("backup of secrets"))
        _ = try await run(
            Program.warehousectl,
            ["secrets", "init", "--secrets", secrets, "--sealing-key-file", key]
        )
        try await tool("backup", backup)
        _ = try await run(Program.warehousectl, ["secrets", "backup", ofSecrets, "--secrets", secrets])
        let pipe = workplace.directory("pipe")
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        let link = workplace.directory("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: backup)
        let before = try await kinds(key, ofSecrets, backup, pipe, link)
        let own = ["-wal", "-shm", ".lock"].map { workplace.store + $0 }
        for file in own + [workplace.store, secrets, secrets + ".lock", secrets + "-journal", key, pipe, link] {
            let ofSecrets = ["secrets", "backup", file, "--replace", "--secrets", secrets]
            for words in [["backup", file, "--replace", "--store", workplace.store], ofSecrets] {
                let outcome = try await run(Program.warehousectl, words)
                #expect(outcome.exitCode == 73, "\(words): \(outcome.output)")
                #expect(outcome.error.hasPrefix("warehousectl: \(file): cannot be created: "), "\(outcome.error)")
            }
        }
        let crossed = [
            ["backup", ofSecrets, "--store", workplace.store], ["secrets", "backup", backup, "--secrets", secrets],
        ]
        for words in crossed { #expect(try await run(Program.warehousectl, words + ["--replace"]).exitCode == 73) }
        #expect(try await kinds(key, ofSecrets, backup, pipe, link) == before)
        try await tool("check")
        try await tool("backup", backup, "--replace")
        let again = ["secrets", "backup", ofSecrets, "--replace", "--secrets", secrets]
        #expect(try await run(Program.warehousectl, again).exitCode == 0)
    }

    /// The standard output has a name, which leads to what the caller has opened.
    @Test
    func namesTheWayToStandardOutput() async throws {
        let outcome = try await run(Program.warehousectl, ["backup", "/proc/self/fd/1", "--store", workplace.store])
        #expect(outcome.exitCode == 73)
        #expect(
            outcome.error == "warehousectl: /proc/self/fd/1: cannot be created: it is no regular file: choose another "
                + "name, or - for standard output\n"
        )
    }

    @Test(arguments: ["ENOLCK", "EIO", "EOPNOTSUPP"])
    func saysWhyNobodyCanLockTheStore(_ error: String) async throws {
        let words = ["key", "create", "--organisation", "1", "--store", workplace.store]
        let outcome = try await run(
            "strace",
            ["-f", "-qq", "-o", "/dev/null", "-e", "inject=flock:error=\(error)", Program.warehousectl] + words
        )
        #expect(outcome.exitCode == 69)
        let text = "warehousectl: \(workplace.store): cannot be used: \(workplace.store).lock: "
        #expect(outcome.error.hasPrefix(text), "\(outcome.error)")
    }

    @Test
    func saysThatTheFileSystemHasNoSharedMemory() async throws {
        let store = workplace.directory("new.sqlite")
        let trace = ["-f", "-qq", "-o", "/dev/null", "-P", store + "-shm", "-e", "inject=mmap:error=ENODEV"]
        let outcome = try await run("strace", trace + [Program.warehousectl, "init", "--store", store])
        #expect(outcome.exitCode == 69)
        #expect(
            outcome.error == "warehousectl: \(store): cannot be used: its file system lacks the locks or the shared "
                + "memory of SQLite's WAL mode: use a local one\n"
        )
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount a file system"))
    func saysWhatToDoWithACopyThatSQLiteCannotRead() async throws {
        let place = workplace.directory("place")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        let script = """
            mount -t tmpfs -o size=4m none "$2"
            cp "$1" "$2/copy"
            mount -o remount,ro "$2"
            "$0" check --store "$2/copy" || exit $?
            """
        let words = ["--mount", "sh", "-ec", script, Program.warehousectl, workplace.store, place]
        let outcome = try await run("unshare", words)
        #expect(outcome.exitCode == 69)
        #expect(
            outcome.error == "warehousectl: \(place)/copy: cannot be used: it is a copy of a store in use, and SQLite "
                + "must make \(place)/copy-wal to read it: copy it to a folder that you may write, or make the copy with "
                + "warehousectl backup\n"
        )
    }

    /// What is sorted must not need a folder: `check` and `key list` sort keys.
    @Test
    func readsManyKeysWithoutAFolderToSortIn() async throws {
        try await workplace.sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
            INSERT INTO api_key SELECT printf('%012d', i), randomblob(32), i, printf('%.100c', 'x'),
                '2026-01-01T00:00:00Z', NULL, NULL FROM n;
            """
        )
        let trace = ["-f", "-qq", "-o", workplace.directory("trace"), "-e", "trace=openat", Program.warehousectl]
        for words in [["check"], ["key", "list"]] {
            let outcome = try await run("strace", trace + words + ["--store", workplace.store])
            #expect(outcome.exitCode == 0, "\(outcome.error)")
            let opened = try String(contentsOfFile: workplace.directory("trace"), encoding: .utf8)
            #expect(opened.contains(workplace.store))
            #expect(!opened.contains("etilqs"), "a temporary file of SQLite's")
        }
    }

    private func run(_ program: String, _ arguments: [String]) async throws -> Outcome {
        try await Program.run(program, arguments, environment: ["TMPDIR": temporary.path])
    }

    private func tool(_ words: String..., store: String? = nil) async throws {
        let outcome = try await run(Program.warehousectl, words + ["--store", store ?? workplace.store])
        try #require(outcome.exitCode == 0, "\(words): \(outcome.error)")
    }

    /// The files in the folder for temporary ones. A run that is killed leaves an empty folder there.
    private var left: [String] {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: temporary.path).filter { name in
                try FileManager.default.attributesOfItem(atPath: temporary(name))[.type] as? FileAttributeType
                    != .typeDirectory
            }
        }
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: workplace.directory.path) }
    }

    /// What the files are, and the digests of those that have a content.
    private func kinds(_ files: String...) async throws -> String {
        let script = #"for file; do stat -c '%F %n' "$file"; [ ! -f "$file" ] || sha256sum "$file"; done"#
        return try await run("sh", ["-c", script, "sh"] + files).output
    }
}
