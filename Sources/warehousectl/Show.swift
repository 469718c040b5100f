import ArgumentParser
import WarehouseConnections

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print an organisation's connection.",
        discussion: "With --json the object that import reads. Exits with 1 if the organisation has none."
    )

    @OptionGroup var target: OrganisationOption
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let connection = try target.connection(in: store.reader())
        try output.print(text(connection), json: connection, of: target.organisation)
    }

    private func text(_ connection: WarehouseConnection) -> String {
        let type = connection.configuration.type
        let rows =
            [
                ("organisation", "\(target.organisation)"), ("id", "\(connection.id)"), ("type", type.name),
                ("status", connection.status.rawValue),
            ] + zip(type.publicFields, connection.configuration.values).map { ($0.name, "\($1)") } + [
                ("public_key", connection.publicKey?.base64 ?? "none"),
                ("created_at", "\(connection.createdAt)"),
                ("last_tested_at", connection.lastTestedAt.map { "\($0)" } ?? "never"),
                ("last_error", connection.lastError ?? "none"),
            ]
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value.printable + "\n"
        }
        return lines.joined() + "\n" + (connection.setupScript ?? "no set-up script\n").printable
    }
}

extension String {
    /// The text without control characters other than line ends and tabs: a warehouse's words must not steer a terminal.
    fileprivate var printable: String {
        String(
            unicodeScalars.map { scalar in
                let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                return isControl ? "\u{FFFD}" : Character(scalar)
            }
        )
    }
}
