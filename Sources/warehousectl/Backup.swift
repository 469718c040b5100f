import ArgumentParser
import Glibc
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
                try StoreBackup.stream(path, through: temporaryDirectory()) { try StandardOutput.write($0) }
            }
        }
    }
}

/// Where copies without a name lie.
///
/// - Throws: ``ProgramFailure`` 78 if root would use somebody else's folder, who could put another copy there.
func temporaryDirectory() throws(ProgramFailure) -> String {
    guard let path = try environmentVariable("TMPDIR"), !path.isEmpty else { return "/tmp" }
    var status = stat()
    if getuid() == 0, unsafe stat(path, &status) == 0, status.st_uid != 0 {
        throw ProgramFailure(.configuration, "TMPDIR \(path): belongs to another user than root: give one of root's")
    }
    return path
}
