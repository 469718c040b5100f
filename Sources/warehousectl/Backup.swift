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
        try withTemporaryFile { temporary in
            try failingWithStoreErrors { try countingSeconds { try StoreBackup.make(of: path, at: temporary) } }
            let copy = try FileHandle(forReadingFrom: URL(filePath: temporary))
            while let piece = try copy.read(upToCount: 1 << 16), !piece.isEmpty {
                try StandardOutput.write(Array(piece))
            }
        }
    }
}

/// Calls `body` with the path of a file that is not there yet, in a directory of its own that is gone afterwards.
func withTemporaryFile(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "warehousectl-\(UUID().uuidString)")
    do {
        try FileManager.default.createDirectory(
            at: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    } catch {
        throw ProgramFailure(.cannotCreate, "\(directory.path()): \(error.localizedDescription)")
    }
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.appending(path: "store").path())
}
