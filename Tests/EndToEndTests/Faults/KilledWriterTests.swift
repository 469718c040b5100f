import Foundation
import TestSupport
import Testing
import WarehouseConnections

/// A writer that is killed at any instant: what it has acknowledged is there, what it has not is there whole or not at
/// all, the store is sound, and the responder goes on.
@Suite(.timeLimit(.minutes(60)))
struct KilledWriterTests {
    @Test
    func losesAndTearsNothing() async throws {
        let kills = Extent.count(quick: 20, long: 1000)
        var (done, acknowledged, settled) = (0, 0, 0)
        while done < kills {
            // A store for each hundred: every look reads all of its audit, which grows.
            let writer = try await killWriter(times: min(100, kills - done))
            done += writer.kills
            acknowledged += writer.acknowledged
            settled += writer.settled
        }
        print(
            "kill -9 of the writer: \(done) of \(done) stores sound, \(acknowledged) acknowledged changes there, "
                + "\(settled) unacknowledged ones whole"
        )
    }

    private func killWriter(times: Int) async throws -> KilledWriter {
        let workplace = try await Workplace()
        var writer = try KilledWriter(workplace)
        _ = try await workplace.withResponder { _ in
            var attempt = 0
            while writer.kills < times {
                attempt += 1
                try #require(attempt < 10 * times, "the commands end before they are killed")
                switch attempt % 3 {
                case 0: try await writer.createKey()
                case 1: try await writer.importNextGeneration()
                default: try await writer.revokeKey()
                }
                #expect(try workplace.ask(Workplace.list(1)).status == 200)
            }
        }
        return writer
    }
}

/// Runs commands, kills them, and compares what they have said with what the store holds.
private struct KilledWriter {
    private(set) var acknowledged = 0
    /// Changes that the store had kept when the command was killed before it could say so.
    private(set) var settled = 0

    private let workplace: Workplace
    private let generations: Generations
    private var generation = 0
    private var keys: [String] = []
    private var commands: KilledCommands

    init(_ workplace: Workplace) throws {
        self.workplace = workplace
        generations = try Generations()
        commands = KilledCommands(in: workplace, written: [workplace.store + "-wal"])
    }

    var kills: Int { commands.kills }

    mutating func importNextGeneration() async throws {
        let file = workplace.directory("generation")
        try generations.lines(generation + 1).write(toFile: file, atomically: false, encoding: .utf8)
        let isAcknowledged = try await run(["import", file, "--replace"], saying: "created, ").isAcknowledged
        let found = try await generations.number(inStore: workplace.store)
        if isAcknowledged {
            #expect(found == generation + 1)
        } else {
            #expect(found == generation || found == generation + 1)
            if found != generation { settled += 1 }
        }
        generation = found
        _ = try StoreContent(of: workplace.store)
    }

    mutating func createKey() async throws {
        let before = try StoreContent(of: workplace.store).keys
        let (text, isAcknowledged) = try await run(
            ["key", "create", "--organisation", "4"],
            saying: "is not shown again"
        )
        let after = try StoreContent(of: workplace.store).keys
        let made = Set(after.keys).subtracting(before.keys)
        #expect(made.count <= 1)
        #expect(after.filter { before[$0.key] != nil } == before)
        // The line is written at once: all of the key or nothing. It comes before the key counts, so nobody lacks one
        // that works.
        let key = text.firstMatch(of: /whc_[^\n]{63}\n/)?.0.trimmingCharacters(in: .newlines)
        #expect(made.isEmpty ? !isAcknowledged : made.map(\.rawValue) == [key?.keyID])
        guard let key, !made.isEmpty else { return }
        keys.append(key)
        #expect(try status(of: key) == 200)
        if !isAcknowledged { settled += 1 }
    }

    mutating func revokeKey() async throws {
        guard let key = keys.popLast(), let id = KeyID(key.keyID) else { return }
        let isAcknowledged = try await run(["key", "revoke", id.rawValue], saying: ": revoked ").isAcknowledged
        let isRevoked = try StoreContent(of: workplace.store).keys[id]?.revokedAt != nil
        #expect(isRevoked || !isAcknowledged)
        #expect(try status(of: key) == (isRevoked ? 401 : 200))
        if isRevoked, !isAcknowledged { settled += 1 }
    }

    private func status(of key: String) throws -> Int {
        try workplace.ask(Workplace.list(4), key: nil, [("HTTP_AUTHORIZATION", "Api-Key \(key)")]).status
    }

    /// What the command has said before it was killed or ended, and whether it has said that it is done.
    private mutating func run(
        _ words: [String],
        saying done: String
    ) async throws -> (said: String, isAcknowledged: Bool) {
        let name = words.prefix { !$0.hasPrefix("/") }.prefix(2).joined(separator: " ")
        let ending = try await commands.run(name, words + ["--store", workplace.store])
        let isAcknowledged = !ending.isKilled || ending.said.contains(done)
        if isAcknowledged { acknowledged += 1 }
        return (ending.said, isAcknowledged)
    }
}
