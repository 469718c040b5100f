import Foundation
import TestSupport
import Testing

/// What a responder that may only read says of whatever can happen to its store, and how soon it recovers.
@Suite(.timeLimit(.minutes(3)), .enabled(if: getuid() == 0, "only root can become another user"), .serialized)
struct DamageTests {
    /// Shell commands; `$S` is the store, `$C` a copy of it, `$W` warehousectl, `sql` changes the store.
    struct Damage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let damage: String
        let repair: String
        let cause: @Sendable (String) -> Bool

        init(_ name: String, _ damage: String, repair: String, cause: String) {
            testDescription = name
            self.damage = damage
            self.repair = repair
            self.cause = { $0.contains(cause) }
        }

        init(
            _ name: String,
            _ damage: String,
            repair: String,
            cause: @escaping @Sendable @autoclosure () -> Regex<Substring>
        ) {
            testDescription = name
            self.damage = damage
            self.repair = repair
            self.cause = { $0.contains(cause()) }
        }
    }

    @Test(arguments: [
        Damage(
            "header noise",
            "head -c 100 /dev/urandom | dd of=$S conv=notrunc status=none",
            repair: "dd if=$C of=$S bs=100 count=1 conv=notrunc status=none",
            cause: "not a store of warehouse connections: no SQLite database"
        ),
        Damage(
            "page noise",
            "head -c 16384 /dev/urandom | dd of=$S bs=4096 seek=4 conv=notrunc status=none",
            repair: "dd if=$C of=$S bs=4096 skip=4 seek=4 conv=notrunc status=none",
            cause: "is damaged: "
        ),
        Damage("truncated", "truncate -s 20000 $S", repair: "cat $C > $S", cause: "is damaged: "),
        // A look-up that has just been opened finds no table in it.
        Damage("zero length", ": > $S", repair: "cat $C > $S", cause: /an empty file|is damaged: no such table/),
        Damage("missing", "mv $S $S.away", repair: "mv $S.away $S", cause: "no such store"),
        Damage("unreadable", "chmod 000 $S", repair: "chmod 640 $S", cause: "Permission denied"),
        Damage("a directory", "mv $S $S.away; mkdir $S", repair: "rmdir $S; mv $S.away $S", cause: "no file"),
        Damage(
            "readable_from newer",
            "sql 'UPDATE store SET readable_from = 99'",
            repair: "sql 'UPDATE store SET readable_from = 1'",
            cause: "needs version 99"
        ),
        Damage("missing -shm", "rm $S-shm", repair: "$W init --store $S", cause: "store.sqlite-shm is missing"),
        Damage(
            "missing -wal",
            "rm $S-wal $S-shm",
            repair: "$W init --store $S",
            cause: "is missing: warehousectl init"
        ),
        Damage(
            "replaced by rename by a damaged one",
            "head -c 40000 $C > $S.new; chown nobody:root $S.new; chmod 640 $S.new; mv $S.new $S",
            repair: "cp $C $S.new; chown nobody:root $S.new; chmod 640 $S.new; mv $S.new $S",
            cause: "is damaged: "
        ),
        Damage(
            "damaged, then restored",
            "head -c 16384 /dev/urandom | dd of=$S bs=4096 seek=4 conv=notrunc status=none",
            repair: "$W restore $C --store $S --replace",
            cause: "is damaged: "
        ),
    ])
    func answers503AndHealsWithinTwoSeconds(_ damage: Damage) async throws {
        let workplace = try await Workplace()
        let guarded = try await GuardedStore(workplace)
        _ = try await guarded.withResponder { _ in
            let before = try workplace.ask(Workplace.list(1))
            #expect(before.status == 200, "\(workplace.logged)")
            try await guarded.shell(damage.damage)
            let damaged = ContinuousClock.now
            let noticed = try await eventually { try workplace.ask(Workplace.list(1)).status == 503 ? damaged : nil }
            let noticing = ContinuousClock.now - noticed
            // Whoever asks for what is still whole may have to wait for the inspector.
            for (target, key) in [(Workplace.list(4), 4), ("/health/readiness/", nil)] {
                _ = try await eventually { try workplace.ask(target, key: key).status == 503 ? true : nil }
            }
            #expect(try workplace.ask("/health/liveness/").status == 200)
            try await guarded.shell(damage.repair)
            let repaired = ContinuousClock.now
            let answer = try await eventually {
                let answer = try workplace.ask(Workplace.list(1))
                return answer.status == 200 ? answer : nil
            }
            let healing = ContinuousClock.now - repaired
            #expect(answer.body == before.body)
            #expect(healing < .seconds(2))
            #expect(try workplace.ask(Workplace.list(4), key: 4).body == "[]")
            print("\(damage.testDescription): 503 after \(noticing), 200 after \(healing) from the repair")
            _ = try await eventually {
                _ = try workplace.ask(Workplace.list(1))
                return workplace.logged.contains("store readable again") ? true : nil
            }
        }
        let lines = workplace.logged.split(separator: "\n").filter { $0.contains("store unavailable") }
        #expect(lines.count == 1, "\(workplace.logged)")
        #expect(lines.allSatisfy { $0.contains(guarded.store) && damage.cause(String($0)) }, "\(lines)")
        for line in lines { print("    \(line)") }
    }

    /// Too short for a change that the inspector sees: only a request has met it, and no other one comes.
    @Test
    func saysThatAShortFailureIsOver() async throws {
        let workplace = try await Workplace()
        let guarded = try await GuardedStore(workplace)
        _ = try await guarded.withResponder { _ in
            #expect(try workplace.ask(Workplace.list(1)).status == 200)
            for count in 1...3 {
                try await guarded.shell("chmod 000 $S")
                _ = try await eventually { try workplace.ask(Workplace.list(1)).status == 503 ? true : nil }
                try await guarded.shell("chmod 640 $S")
                _ = try await eventually {
                    workplace.logged.matches(of: /store readable again/).count == count ? true : nil
                }
            }
        }
    }

    @Test
    func servesTheStoreThatHasReplacedIt() async throws {
        let workplace = try await Workplace()
        let guarded = try await GuardedStore(workplace)
        _ = try await guarded.withResponder { _ in
            #expect(try workplace.ask(Workplace.list(1)).status == 200)
            try await guarded.shell(
                """
                cp $C $D/new; chown nobody:root $D/new; chmod 640 $D/new
                $W export --organisation 1 --store $C >$D/one
                sed s/wc_abc123/wc_abc124/ $D/one | $W import - --replace --store $D/new
                for n in $(seq 11 200); do sed "s/wc_abc123/wc_n$n/; s/:1,/:$n,/" $D/one; done |
                    $W import - --store $D/new
                mv $D/new $S
                """
            )
            _ = try await eventually { try workplace.ask(Workplace.list(1)).body.contains("wc_abc124") ? true : nil }
            try await guarded.shell("$W check --store $S")
        }
        #expect(!workplace.logged.contains("unavailable"), "\(workplace.logged)")
    }

    @Test
    func keepsASoundStoreWhenTheDiskIsFull() async throws {
        let workplace = try await Workplace()
        let script = """
            mount -t tmpfs -o size=1m none $D
            $W init --store $D/s
            $W export --organisation 1 --store $S >$L.one
            for n in $(seq 11 400); do sed "s/wc_abc123/wc_n$n/; s/:1,/:$n,/" $L.one; done >$L
            head -n 40 $L | $W import - --store $D/s
            $W init --store $B
            $W import $L --store $B
            $W backup $D/full --store $B && exit 90
            $W restore $B --replace --store $D/s && exit 91
            $W check --store $D/s
            test "$($W export --store $D/s | wc -l)" = 40
            """
        let outcome = try await Program.run(
            "unshare",
            ["--mount", "sh", "-ec", script],
            environment: [
                "D": workplace.statusDirectory, "S": workplace.store, "W": Program.warehousectl,
                "L": workplace.directory("lines"), "B": workplace.directory("big.sqlite"),
            ]
        )
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.error.contains("/full: cannot be written: "), "\(outcome.error)")
    }

    /// What a newer version does to the store of a fleet: this version is the older one here.
    @Test
    func servesThroughAMigrationThatOnlyAdds() async throws {
        let workplace = try await Workplace()
        let guarded = try await GuardedStore(workplace)
        _ = try await guarded.withResponder { _ in
            let asking = Task {
                var counts: [Int: Int] = [:]
                while !Task.isCancelled { counts[try workplace.ask(Workplace.list(1)).status, default: 0] += 1 }
                return counts
            }
            try await guarded.shell(
                """
                sql '
                    BEGIN IMMEDIATE;
                    ALTER TABLE connection ADD COLUMN note TEXT;
                    CREATE TABLE later (line TEXT);
                    UPDATE store SET version = 3;
                    COMMIT'
                $W check --store $S
                """
            )
            let seen = try workplace.ask(Workplace.list(1)).body
            #expect(try seen == Fixture.text("organisation-1.list.json"))
            asking.cancel()
            let counts = try await asking.value
            #expect(counts.keys.elementsEqual([200]), "\(counts)")
        }
        // The older tool leaves it alone.
        let refused = try await Program.run(Program.warehousectl, ["init", "--store", guarded.store])
        #expect(refused.exitCode == 69)
        #expect(refused.error.contains("needs version 3 of these programs or later"))
    }

    @Test
    func servesWhileItIsBackedUpRestoredAndWritten() async throws {
        let workplace = try await Workplace()
        let guarded = try await GuardedStore(workplace)
        _ = try await guarded.withResponder { _ in
            let asking = Task {
                var counts: [Int: Int] = [:]
                while !Task.isCancelled { counts[try workplace.ask(Workplace.list(1)).status, default: 0] += 1 }
                return counts
            }
            for number in 1...5 {
                try await guarded.shell(
                    """
                    $W backup $D/backup --replace --store $S
                    $W key create --organisation 9 --label during-\(number) --store $S
                    $W restore $D/backup --replace --store $S
                    $W check --store $S
                    """
                )
            }
            asking.cancel()
            let counts = try await asking.value
            #expect(counts.keys.elementsEqual([200]), "\(counts)")
        }
    }
}

/// The store of a workplace in a directory of its own, which the responder may read and not write; setgid, as in production.
private struct GuardedStore {
    let store: String
    private let workplace: Workplace
    private let directory: String

    init(_ workplace: Workplace) async throws {
        self.workplace = workplace
        directory = workplace.directory("guarded")
        store = directory + "/store.sqlite"
        try await shell(
            """
            mkdir -m 2750 $D
            $W backup $C --store \(workplace.store)
            $W restore $C --store $S
            chown -R nobody:root $D
            """
        )
    }

    func shell(_ commands: String) async throws {
        let sql = """
            sql() {
                python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' "$S" "$1"
            }

            """
        let outcome = try await Program.run(
            "sh",
            ["-ec", sql + commands],
            environment: [
                "S": store, "C": directory + "/copy.sqlite", "D": directory, "W": Program.warehousectl,
            ]
        )
        try #require(outcome.exitCode == 0, "\(commands): \(outcome.error)")
    }

    /// Runs a responder that is only a member of the store's group: root without its capabilities.
    func withResponder<Result: Sendable>(_ body: (pid_t) async throws -> Result) async throws -> Result {
        let manager = try StandInManager()
        return try await Program.withRunning(
            "setpriv",
            ["--bounding-set=-all", "--inh-caps=-all", Program.warehoused, "--store", store]
                + ["--listen", "unix:\(workplace.socket)"],
            environment: ["NOTIFY_SOCKET": manager.socket],
            log: workplace.log
        ) { process in
            // Every worker has opened the store: of one that has not, and one that has, each says something else of a
            // store that may no longer be opened.
            _ = try await eventually { manager.received.contains("READY=1") ? true : nil }
            return try await body(process)
        }.result
    }
}
