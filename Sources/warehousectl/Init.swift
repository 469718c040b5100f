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
        try failingWithStoreErrors {
            let result = try SQLiteWriter.initialise(path: store.path)
            let word =
                switch result {
                case .created: "created"
                case .migrated: "migrated"
                case .upToDate: "up to date"
                }
            try output.print("\(store.path): \(word)") { json in
                json.member("store", store.path)
                json.member("result", word)
            }
        }
    }
}
