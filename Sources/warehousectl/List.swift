import ArgumentParser
import WarehouseConnections

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a line for each connection.",
        discussion: "With --json an array of the same columns; export prints whole connections."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var table = Table("ORGANISATION", "ID", "TYPE", "STATUS", "CREATED", "LAST TESTED")
        var json = JSONWriter()
        try failingWithStoreErrors {
            try json.array { json in
                try store.reader().forEachConnection { organisation, connection in
                    let type = connection.configuration.type.name
                    if output.json {
                        json.object { object in
                            object.member("organisation", organisation.rawValue)
                            object.member("id", connection.id.rawValue)
                            object.member("type", type)
                            object.member("status", connection.status.rawValue)
                            object.member("created_at", connection.createdAt.rawValue)
                            object.member("last_tested_at", connection.lastTestedAt?.rawValue)
                        }
                    } else {
                        table.append(
                            "\(organisation)",
                            "\(connection.id)",
                            type,
                            connection.status.rawValue,
                            "\(connection.createdAt)",
                            connection.lastTestedAt.map { "\($0)" } ?? "never"
                        )
                    }
                }
            }
        }
        try output.print(table, json)
    }
}
