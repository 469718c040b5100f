import Foundation
import TestSupport
import Testing

/// A workplace whose programs see another time than the true one.
final class MovedClock {
    let workplace: Workplace
    private var clock = "+0"
    private let file: String

    init() async throws {
        workplace = try await Workplace()
        file = workplace.directory("clock")
        try set(clock)
    }

    /// - Parameter clock: how far from the true time, such as `+10y`.
    func set(_ clock: String) throws {
        self.clock = clock
        // By rename: never half a file.
        try clock.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Returns the responder's exit code.
    func withResponder(_ body: () async throws -> Void) async throws -> Int32 {
        // No arguments: the library changes the environment, and Swift then looks for them in vain.
        try await Program.withRunning(
            Program.warehoused,
            [],
            environment: [
                "LD_PRELOAD": "/usr/$LIB/faketime/libfaketimeMT.so.1",
                "FAKETIME_TIMESTAMP_FILE": file,
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1",
                "WAREHOUSE_STORE": workplace.store,
                "WAREHOUSE_LISTEN": "unix:\(workplace.socket)",
                "WAREHOUSE_STATUS_LISTEN": "unix:\(workplace.statusDirectory)/1.sock",
            ],
            log: workplace.log
        ) { _ in
            _ = try await eventually { try workplace.ask("/health/liveness/") }
            try await body()
        }.exitCode
    }

    @discardableResult
    func run(_ words: [String]) async throws -> Outcome {
        let outcome = try await Program.run(
            "faketime",
            ["-m", "--exclude-monotonic", "-f", clock, Program.warehousectl] + words + ["--store", workplace.store]
        )
        try #require(outcome.exitCode == 0, "\(words): \(outcome.error)")
        return outcome
    }

    /// Makes a key of organisation 1.
    func createKey(_ expiry: String...) async throws -> String {
        try await run(["key", "create", "--organisation", "1"] + expiry).output.trimmingCharacters(in: .newlines)
    }

    func revoke(_ key: String) async throws {
        try await run(["key", "revoke", key.keyID])
    }

    func status(of key: String) throws -> Int {
        try workplace.ask(Workplace.list(1), key: nil, [("HTTP_AUTHORIZATION", "Api-Key \(key)")]).status
    }

    /// When the responder has last checked the store's file, by its own clock; nil if it has not yet.
    func lastCheck() throws -> String? {
        let parameters = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/metrics")]
        let metrics = try FastCGIConnection("\(workplace.statusDirectory)/1.sock").ask(parameters).body
        let found = metrics.firstMatch(of: /warehoused_store_checked_timestamp_seconds ([0-9.e+-]+)/)
        return found.map { String($0.1) }
    }
}
