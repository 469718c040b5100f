import ArgumentParser
import Foundation
import SQLiteStore
import Sysexits
import WarehouseConnections

struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the store to a file, as it stands at one moment.",
        discussion: """
            Works while responders read and others write, and holds nobody up. The file appears when it is complete, \
            checked and on the disk, for its owner's eyes alone. It holds all connections and API keys; put it back \
            with restore.
            """
    )

    @Argument(help: "The file to make; - for standard output.")
    var file: String

    @Flag(help: "Replace a file that is there already.")
    var replace = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = try store.path()
        guard file == "-" else {
            try failingWithStoreErrors {
                try countingSeconds { try StoreBackup.make(of: path, at: file, replacing: replace) }
            }
            return try output.print("\(file): backup of \(path)") { json in
                json.member("store", path)
                json.member("backup", file)
            }
        }
        try failingWithStoreErrors {
            try countingSeconds {
                try StoreBackup.stream(path, through: temporaryDirectory) { try StandardOutput.write($0) }
            }
        }
    }
}

/// Where files without a name may lie.
var temporaryDirectory: String {
    ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
}
