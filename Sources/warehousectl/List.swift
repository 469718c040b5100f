import ArgumentParser
import Foundation
import WarehouseConnections

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a line for each connection.",
        discussion: "With --json an array of the same columns; export prints whole connections."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try failingWithStoreErrors {
            if output.json {
                try StandardOutput.write(json(store.reader()))
            } else {
                try StandardOutput.write(Array(table(store.reader()).utf8))
            }
        }
    }

    private func json(_ reader: any ConnectionReader) throws -> [UInt8] {
        var writer = JSONWriter()
        try writer.array { writer in
            try reader.forEachConnection { organisation, connection in
                writer.object { object in
                    object.member("organisation", organisation.rawValue)
                    object.member("id", connection.id.rawValue)
                    object.member("type", connection.configuration.type.name)
                    object.member("status", connection.status.rawValue)
                    object.member("created_at", connection.createdAt.rawValue)
                    object.member("last_tested_at", connection.lastTestedAt?.rawValue)
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func table(_ reader: any ConnectionReader) throws -> String {
        var rows = [["ORGANISATION", "ID", "TYPE", "STATUS", "CREATED", "LAST TESTED"]]
        try reader.forEachConnection { organisation, connection in
            rows.append([
                "\(organisation)", "\(connection.id)", connection.configuration.type.name, connection.status.rawValue,
                "\(connection.createdAt)", connection.lastTestedAt.map { "\($0)" } ?? "never",
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces) + "\n"
        }.joined()
    }
}
