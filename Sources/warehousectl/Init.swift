import ArgumentParser
import SQLiteStore
import WarehouseConnections

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the store, or migrate it to the schema of this version."
    )

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = try store.path()
        try failingWithStoreErrors {
            let result = try SQLiteWriter.initialise(path: path)
            let word =
                switch result {
                case .created: "created"
                case .migrated: "migrated"
                case .upToDate: "up to date"
                }
            try output.print("\(path): \(word)") { json in
                json.member("store", path)
                json.member("result", word)
            }
        }
    }
}
