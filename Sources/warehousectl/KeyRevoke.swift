public import ArgumentParser
import Sysexits
public import WarehouseConnections

struct KeyRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End an API key: the next request with it is refused.",
        discussion: "A key that was revoked before stays as it is. Exits with 1 if there is no such key."
    )

    @Argument(help: "The key's id (12 characters), whc_<id>, or the whole key.")
    var keyID: KeyID

    @OptionGroup var actor: ActorOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let now = Timestamp(secondsFromNow: 0) else { throw ProgramFailure(.ioError, "the clock has no time") }
        var revoked: StoredAPIKey?
        try failingWithStoreErrors {
            try store.writer().transaction(by: actor.name) { revoked = try $0.revokeKey(keyID, at: now) }
        }
        guard let revoked else { throw ProgramFailure(.no, "there is no key \(keyID): see warehousectl key list") }
        let time = revoked.revokedAt?.rawValue
        try output.print("key \(keyID) of organisation \(revoked.organisation): revoked \(time ?? "")") { json in
            json.member("key_id", keyID.rawValue)
            json.member("organisation", revoked.organisation.rawValue)
            json.member("revoked_at", time)
        }
    }
}

extension KeyID: ExpressibleByArgument {
    /// The id alone, after `whc_`, or in a whole key.
    public init?(argument: String) {
        if let key = APIKey(argument) {
            self = key.id
        } else {
            self.init(argument.hasPrefix("whc_") ? String(argument.dropFirst(4)) : argument)
        }
    }
}
