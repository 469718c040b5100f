import ArgumentParser
import SQLiteStore
import Sysexits
import WarehouseConnections

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the whole store and say whether it is sound.",
        discussion: """
            Checks the structure of the file and every connection and API key in it. Reads only, beside responders and \
            writers. Exits with 1 if the store is damaged, is another file, or needs another version. Names as well the \
            organisations that share a user of one warehouse, which is no damage.
            """
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = try store.path()
        let reader = SQLiteReader(path: path)
        var progress = Progress(unit: "rows")
        var counts = (connections: 0, keys: 0)
        var users = WarehouseUsers()
        let version: Int
        do {
            try countingSeconds { try reader.checkFile() }
            version = try reader.schemaVersion()
            try reader.forEachConnection { organisation, connection in
                users.add(connection.configuration, of: organisation)
                counts.connections += 1
                progress.advance(to: counts.connections)
            }
            try reader.forEachKey { _ in
                counts.keys += 1
                progress.advance(to: counts.connections + counts.keys)
            }
            progress.finish()
        } catch let error as StoreError {
            progress.finish()
            switch error {
            case .damaged, .foreign, .tooNew, .needsMigration: throw ProgramFailure(.no, "\(error)")
            default: throw ProgramFailure(error)
            }
        }
        let shared = users.shared
        let summary =
            "\(path): sound: \(counts.connections) connections, \(counts.keys) keys, schema version \(version)"
        try output.print(([summary] + shared.map(\.sentence)).joined(separator: "\n")) { json in
            json.member("store", path)
            json.member("connections", Int64(counts.connections))
            json.member("keys", Int64(counts.keys))
            json.member("schema_version", Int64(version))
            let groups = shared.map { "[\($0.map(\.description).joined(separator: ","))]" }
            json.member("shared_users", json: "[\(groups.joined(separator: ","))]")
        }
    }
}
