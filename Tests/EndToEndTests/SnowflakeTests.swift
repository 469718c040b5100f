import Foundation
import TestSupport
import Testing

/// Tests of Snowflake connections, and rotations of their keys, against a stand-in that verifies each token.
@Suite(.timeLimit(.minutes(5)))
struct SnowflakeTests {
    @Test
    func tellsTheWholeStory() async throws {
        try await SnowflakeOffice.with { story in
            let office = story.office
            _ = try await office.workplace.withResponder { _ in
                try await story.create(4)
                #expect(try office.list(4).contains(#""status":"pending_customer_setup""#))
                try story.set([:])
                let premature = try await story.test("--organisation", "4")
                #expect(premature.exitCode == 1)
                #expect(premature.output.contains(": pending_customer_setup: warehouse: 39"), "\(premature.output)")
                let waiting = try office.list(4)
                #expect(waiting.contains(#""status":"pending_customer_setup""#))
                #expect(waiting.contains(/"last_error":"JWT token is invalid[^"]+"/))
                var slots = try await story.runScript(4)
                try story.set(slots)
                let passed = try await story.test("--organisation", "4")
                #expect(passed.exitCode == 0, "\(passed.output)\(passed.error)")
                #expect(passed.output.wholeMatch(of: /organisation 4, wc_[A-Za-z0-9]{16}: connected\n/) != nil)
                let connected = try office.list(4)
                #expect(connected.contains(#""status":"connected""#))
                #expect(connected.contains(/"last_tested_at":"20[^"]+Z","last_error":null/))
                let submitted = try story.requests().filter { $0["action"] == "submit" }
                #expect(
                    submitted.map { $0["step"] } == ["warehouse", "database", "schema", "stage", "grants"]
                )

                try story.set(slots, mode: "fail:schema:002003:SQL compilation error:\nSchema 'X' does not exist.")
                let refused = try await story.test("--organisation", "4")
                #expect(refused.exitCode == 1)
                #expect(
                    refused.output.contains(#": error: schema: 002003: SQL compilation error:\nSchema 'X' does not"#)
                )
                #expect(refused.output.contains("GRANT USAGE, CREATE TABLE ON SCHEMA \"FLAGSMITH\".\"ANALYTICS\" TO"))
                #expect(
                    try office.list(4).contains(
                        #""status":"error""#
                    )
                )
                #expect(
                    try office.list(4).contains(
                        #""last_error":"SQL compilation error:\nSchema 'X' does not exist."}]"#
                    )
                )

                let (oldKey, script) = try await (
                    office.connection(4)["public_key"], office.connection(4)["setup_script"]
                )
                try await office.run("rotate-key", "--organisation", "4")
                let rotated = try await office.connection(4)
                #expect(rotated["status"] as? String == "pending_customer_setup")
                #expect(rotated["last_tested_at"] is NSNull)
                #expect(rotated["public_key"] as? String != oldKey as? String)
                #expect(rotated["setup_script"] as? String != script as? String)
                #expect(try office.list(4).contains("SET RSA_PUBLIC_KEY_2 = '\(rotated["public_key"] ?? "")'"))
                // Nothing stops: the old key still works, the new one not yet.
                try story.set(slots)
                let early = try await story.test("--organisation", "4")
                #expect(early.exitCode == 1)
                #expect(early.output.contains(": pending_customer_setup: warehouse: 390144: "))
                #expect(early.output.contains("the new key is not installed yet, the old one still works"))
                #expect(try office.list(4).contains(#""status":"pending_customer_setup""#))
                #expect(try story.requests().last?["slot"] == "RSA_PUBLIC_KEY")
                let unfinished = try await office.try("rotate-key", ["--organisation", "4", "--finish"])
                #expect(unfinished.exitCode == 1)
                #expect(unfinished.error.contains("no test with the new key has passed"))
                let second = try await office.try("rotate-key", ["--organisation", "4"])
                #expect(second.exitCode == 73)
                #expect(second.error.contains("a rotation is under way"))

                slots = try await story.runScript(4, on: slots)
                #expect(slots.count == 2)
                try story.set(slots)
                #expect(try await story.test("--organisation", "4").exitCode == 0)
                #expect(try story.requests().last?["slot"] == "RSA_PUBLIC_KEY_2")
                try await office.run("rotate-key", "--organisation", "4", "--finish")
                #expect(try office.list(4).contains(#""status":"connected""#))
                #expect(try await office.secrets().count == 1)
                slots = try await story.runScript(4, on: slots)
                #expect(Array(slots.keys) == ["RSA_PUBLIC_KEY_2"])
                try story.set(slots)
                #expect(try await story.test("--organisation", "4").exitCode == 0)
            }
            let audit = try await office.run("audit", "--organisation", "4", "--json").output
            #expect(
                audit.matches(of: /"action":"([^"]+)"/).map(\.1) == [
                    "key create", "create", "test", "test", "rotate-key", "test", "rotate-key --finish",
                ]
            )
        }
    }

    @Test
    func followsNoRedirect() async throws {
        try await SnowflakeOffice.with { story in
            let other = try TemporaryDirectory()
            try await WarehouseStandIn.with("recorder", in: other) { recorder in
                try await story.create(4)
                try story.set(try await story.runScript(4), mode: "redirect:\(recorder.url)/api/v2/statements")
                let outcome = try await story.test("--organisation", "4")
                #expect(outcome.exitCode == 1)
                #expect(outcome.output.contains("HTTP 307: a redirect, which is not followed"), "\(outcome.output)")
                #expect(try WarehouseStandIn.requests("recorder", in: other).isEmpty)
            }
        }
    }

    @Test
    func trustsNobodyWithoutACertificate() async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4)
            try story.set(try await story.runScript(4))
            let outcome = try await story.office.try(
                "test",
                ["--organisation", "4", "--base-url", story.snowflake.url]
            )
            #expect(outcome.exitCode == 69)
            #expect(outcome.error.contains("not tested: warehouse: localhost:\(story.snowflake.port): TLS: "))
            #expect(try story.requests().isEmpty)
        }
    }

    @Test
    func saysWhatItLacks() async throws {
        try await SnowflakeOffice.with { story in
            let office = story.office
            func expect(_ outcome: Outcome, _ exitCode: Int32, _ text: String) {
                #expect(outcome.exitCode == exitCode, "\(outcome.output)\(outcome.error)")
                #expect((outcome.output + outcome.error).contains(text), "\(outcome.output)\(outcome.error)")
            }
            expect(try await story.test("--organisation", "9"), 1, "organisation 9 has no warehouse connection")
            let imported = try await office.connection(1)
            expect(
                try await story.test("--organisation", "1"),
                1,
                "what it signs in with is not in the store of secrets"
            )
            #expect(try await office.connection(1)["status"] as? String == imported["status"] as? String)
            expect(try await story.test(), 64, "give --organisation or --all")
            expect(try await story.test("--all", "--parallel", "0"), 64, "--parallel: expected 1 to 64")
            expect(
                try await story.test("--organisation", "4", "--proxy", "http://a:b@proxy:3128/c"),
                64,
                "--proxy: expected"
            )
            expect(try await story.test("--organisation", "4", "--ca-file", "/dev/null"), 66, "holds no certificate")
            expect(try await office.try("rotate-key", ["--organisation", "4"]), 1, "has no warehouse connection")
            let key = office.workplace.directory("other-key")
            let secrets = ["--secrets", office.workplace.directory("other.sqlite")]
            _ = try await Program.run(
                Program.warehousectl,
                ["secrets", "init", "--sealing-key-file", key] + secrets
            )
            let wrong = try await Program.run(
                Program.warehousectl,
                ["test", "--all", "--sealing-key-file", key] + office.stores
            )
            expect(wrong, 65, "key")
        }
    }

    /// Whoever can import must not be able to have a secret sent elsewhere, nor to stop the tests of others.
    @Test
    func refusesWhatNoOperatorMayGive() async throws {
        try await SnowflakeOffice.with { story in
            let office = story.office
            try await story.create(4)
            try story.set(try await story.runScript(4))
            let line = try await office.run("export", "--organisation", "4").output
            func replace(_ account: String) async throws -> Outcome {
                let moved = line.replacing("xy12345.eu-west-1", with: account)
                return try await Program.run(
                    Program.warehousectl,
                    ["import", "-", "--replace", "--store", office.workplace.store],
                    input: moved
                )
            }
            let refused = try await replace("xy12345.example.com:18443/")
            #expect(refused.exitCode == 65)
            #expect(refused.error.contains("config.account_identifier is another one than wc_"), "\(refused.error)")
            // As a store that somebody else has written.
            try await office.workplace.sql(
                "UPDATE connection SET config = json_set(config, '$.account_identifier', 'x@y/')"
            )
            let tested = try await story.test("--organisation", "4")
            #expect(tested.exitCode == 1)
            #expect(tested.output.contains("account_identifier"), "\(tested.output)")
            #expect(try story.requests().isEmpty)
        }
    }

    @Test
    func storesNothingOfATestThatWasBrokenOff() async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4)
            try await story.office.copy(4, to: 5...8) { "many\($0)" }
            let account = try await account(story, 4, mode: "normal")
            try story.snowflake.set(["accounts": ["MANY5": account, "MANY6": account, "MANY7": account]])
            let words = story.office.words("test", ["--all", "--parallel", "2"] + story.network)
            let broken = try await Program.run(
                "sh",
                ["-c", #"exec "$0" "$@" >/dev/full"#, Program.warehousectl] + words
            )
            #expect(broken.exitCode == 74, "\(broken.error)")
            // The first one fails, and cannot be printed.
            #expect(try await story.office.connection(8)["last_tested_at"] is NSNull)
        }
    }

    @Test
    func testsManyAtOnce() async throws {
        try await SnowflakeOffice.with { story in
            try await story.create(4, account: "slow")
            var accounts = ["SLOW": try await account(story, 4, mode: "hang")]
            let others = 5...203
            try await story.office.copy(4, to: others) { "many\($0)" }
            let account = try await account(story, 4, mode: "normal")
            for organisation in others { accounts["MANY\(organisation)"] = account }
            try story.snowflake.set(["accounts": accounts])
            let start = ContinuousClock.now
            let outcome = try await story.test("--all", "--timeout", "10s", "--json")
            let time = ContinuousClock.now - start
            print("200 connections, one hangs: \(time)")
            #expect(outcome.exitCode == 1)
            #expect(
                outcome.output.hasPrefix(#"{"tested":200,"connected":199,"failed":[{"organisation":4,"#),
                "\(outcome.output.prefix(500))"
            )
            // What was imported has no secret, and every other one was tested just now.
            let again = try await story.test("--all", "--older-than", "1h")
            #expect(again.output == "no connection is due for a test\n")
            #expect(again.exitCode == 0)
        }
    }

    private func account(_ story: SnowflakeOffice, _ organisation: Int, mode: String) async throws -> [String: Any] {
        ["users": ["FLAGSMITH_SERVICE": try await story.runScript(organisation)], "mode": mode]
    }
}
