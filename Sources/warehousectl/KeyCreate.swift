import ArgumentParser
import Foundation
import Sysexits
import WarehouseConnections

struct KeyCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an API key for an organisation and print it, this once.",
        discussion: """
            It works at the next request. The store keeps only the SHA-256 of its secret, so a lost key can't be \
            shown again: make another and revoke the lost one.
            """
    )

    @OptionGroup var target: OrganisationOption

    @Option(help: "What the key is for, in at most 100 characters.")
    var label = ""

    @Option(
        help: ArgumentHelp(
            "How long the key works: a number and s, m, h or d. (default: \(TimeSpan.year))",
            valueName: "time"
        )
    )
    var expiresIn: TimeSpan?

    @Flag(help: "The key works until it is revoked.")
    var noExpiry = false

    @OptionGroup var actor: ActorOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if noExpiry, expiresIn != nil { throw ValidationError("give --expires-in or --no-expiry") }
    }

    func run() throws {
        let expiresIn = expiresIn ?? .year
        guard let now = Timestamp(secondsFromNow: 0), let expiry = Timestamp(secondsFromNow: expiresIn.seconds) else {
            throw ProgramFailure(.usage, "--expires-in \(expiresIn): ends beyond the year 9999: give --no-expiry")
        }
        let (text, id, secretDigest) = APIKey.random()
        let key: StoredAPIKey
        do throws(InvalidValue) {
            key = try StoredAPIKey(
                id: id,
                secretDigest: secretDigest,
                organisation: target.organisation,
                label: label,
                createdAt: now,
                expiresAt: noExpiry ? nil : expiry
            )
        } catch {
            throw ProgramFailure(.usage, "--\(error)")
        }
        // Not while others wait for the store.
        StandardOutput.waitUntilItTakesALine()
        var isShown = false
        do {
            try failingWithStoreErrors {
                try store.writer().transaction(by: actor.name) { transaction in
                    try transaction.add(key)
                    // Before it counts: a key that nobody has read would open the API, and nobody could tell which it is.
                    try show(key, text)
                    isShown = true
                }
            }
        } catch let failure as ProgramFailure where isShown {
            throw ProgramFailure(failure.exit, "\(failure.message): key \(id), which was printed, was not made")
        }
        if !output.json {
            let end = key.expiresAt.map { "works until \($0)" } ?? "works until it is revoked"
            let note = "key \(id) of organisation \(target.organisation) \(end); it is not shown again\n"
            try? FileHandle.standardError.write(contentsOf: Data(note.utf8))
        }
    }

    private func show(_ key: StoredAPIKey, _ text: String) throws {
        do {
            try output.print(text) { json in
                json.member("key", text)
                json.member("key_id", key.id.rawValue)
                json.member("organisation", key.organisation.rawValue)
                json.member("expires_at", key.expiresAt?.rawValue)
            }
        } catch let failure as ProgramFailure {
            throw ProgramFailure(failure.exit, "\(failure.message): no key was made")
        }
    }
}
