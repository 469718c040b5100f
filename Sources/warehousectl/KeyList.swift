import ArgumentParser
import Sysexits
import WarehouseConnections

struct KeyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print a line for each API key, without its secret."
    )

    @OptionGroup var organisations: OrganisationFilter
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let now = Timestamp.Seconds.now
        var table = Table("KEY ID", "ORGANISATION", "STATE", "CREATED", "EXPIRES", "REVOKED", "LABEL")
        var json = JSONWriter()
        try failingWithStoreErrors {
            try json.array { json in
                try store.reader().forEachKey { key in
                    guard organisations.organisation ?? key.organisation == key.organisation else { return }
                    let state = key.state(at: now).rawValue
                    if output.json {
                        json.object { object in
                            object.member("key_id", key.id.rawValue)
                            object.member("organisation", key.organisation.rawValue)
                            object.member("state", state)
                            object.member("created_at", key.createdAt.rawValue)
                            object.member("expires_at", key.expiresAt?.rawValue)
                            object.member("revoked_at", key.revokedAt?.rawValue)
                            object.member("label", key.label)
                        }
                    } else {
                        table.append(
                            "\(key.id)",
                            "\(key.organisation)",
                            state,
                            "\(key.createdAt)",
                            key.expiresAt.map { "\($0)" } ?? "never",
                            key.revokedAt.map { "\($0)" } ?? "-",
                            key.label
                        )
                    }
                }
            }
        }
        try output.print(table, json)
    }
}
