import ArgumentParser
import Glibc
import SQLiteStore
import Sysexits
import WarehouseConnections

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of all that the store holds.",
        discussion: """
            The backup is checked first; a bad one leaves the store as it is. Responders go on answering: from the \
            store before, then from the store after. A store that is damaged is kept beside it, as <store>.damaged.
            """
    )

    @Argument(help: "The file that backup has made; - for standard input.")
    var file: String

    @Flag(help: "Replace the store that is there already.")
    var replace = false

    @OptionGroup var actor: ActorOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let path = try store.path()
        var result = StoreBackup.Restoration.created
        try failingWithStoreErrors {
            result = try countingSeconds {
                guard file == "-" else {
                    return try StoreBackup.restore(file, to: path, replacing: replace, by: actor.name)
                }
                return try StoreBackup.restore(
                    from: standardInput,
                    called: "standard input",
                    through: temporaryDirectory(),
                    to: path,
                    replacing: replace,
                    by: actor.name
                )
            }
        }
        let (word, note) =
            switch result {
            case .created: ("created", "")
            case .replaced: ("replaced", "")
            case .exchanged(let kept): ("replaced", "; what could not be read is kept as \(kept)")
            }
        try output.print("\(path): \(word) from \(file)\(note)") { json in
            json.member("store", path)
            json.member("result", word)
            if case .exchanged(let kept) = result { json.member("kept", kept) }
        }
    }

    private func standardInput() throws(ProgramFailure) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(STDIN_FILENO, &piece, piece.count)
            if count >= 0 { return Array(piece[..<count]) }
            guard errno == EINTR else {
                throw ProgramFailure(.ioError, "standard input: \(unsafe String(cString: strerror(errno)))")
            }
        }
    }
}
