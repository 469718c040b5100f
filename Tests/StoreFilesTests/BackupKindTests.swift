import Foundation
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@Suite(.timeLimit(.minutes(1)))
struct BackupKindTests {
    private static let kind: UInt32 = 0x1234_5678
    private static let irregular = "it is no regular file: choose another name, or -"
    private static let foreign = "it is there already, and no backup of things: choose another name"
    private static let store = "it is a store, and no backup: choose another name"

    /// The first 100 bytes of a database.
    private static func header(_ applicationID: UInt32 = kind, isInWALMode: Bool = false) -> Data {
        var bytes = Data("SQLite format 3\0".utf8) + Data(count: 84)
        (bytes[18], bytes[19]) = isInWALMode ? (2, 2) : (1, 1)
        for place in 0..<4 { bytes[68 + place] = UInt8(truncatingIfNeeded: applicationID >> (24 - 8 * place)) }
        return bytes
    }

    private func reason(_ file: String, replacing: Bool) -> String? {
        do throws(StoreError) {
            let kind = BackupKind(applicationID: Self.kind, content: "things", otherAdvice: ", or -")
            try kind.checkPlace(file, replacing: replacing)
            return nil
        } catch {
            guard case .cannotCreate(file, let reason) = error else { return "\(error)" }
            return reason
        }
    }

    @Test(
        arguments: [
            ("an older backup", header(), nil),
            ("a backup of another kind", header(7), foreign),
            ("a store in use", header(isInWALMode: true), store),
            ("a text", Data("mine".utf8), foreign),
            ("an empty file", Data(), foreign),
            ("the beginning of a database", header().prefix(99), foreign),
        ] as [(String, Data, String?)]
    )
    func isAnOlderBackupOfTheSameKindAlone(_ name: String, _ content: Data, _ expected: String?) throws {
        let directory = try TemporaryDirectory()
        let file = directory("file")
        #expect(reason(file, replacing: true) == nil)
        #expect(reason(file, replacing: false) == nil)
        try content.write(to: URL(filePath: file))
        #expect(reason(file, replacing: true) == expected)
        let withoutReplacing = "it is there already: choose another name or give --replace"
        #expect(reason(file, replacing: false) == expected ?? withoutReplacing)
        // Whatever it holds: a store keeps files beside it.
        try Data().write(to: URL(filePath: file + ".lock"))
        #expect(reason(file, replacing: true) == expected ?? Self.store)
    }

    @Test
    func isNothingThatIsNoRegularFile() throws {
        let directory = try TemporaryDirectory()
        try Self.header().write(to: URL(filePath: directory("backup")))
        let files = ["link", "dangling", "pipe", "folder"].map { directory($0) }
        try FileManager.default.createSymbolicLink(atPath: files[0], withDestinationPath: "backup")
        try FileManager.default.createSymbolicLink(atPath: files[1], withDestinationPath: "nowhere")
        try #require(unsafe mkfifo(files[2], 0o600) == 0)
        try FileManager.default.createDirectory(atPath: files[3], withIntermediateDirectories: false)
        for file in files {
            for replacing in [true, false] { #expect(reason(file, replacing: replacing) == Self.irregular, "\(file)") }
        }
    }

    @Test(arguments: ["-wal", "-shm", "-journal", ".lock"])
    func isNoNameOfAStoresOwnFiles(_ suffix: String) throws {
        let directory = try TemporaryDirectory()
        #expect(reason(directory(suffix), replacing: false) == nil)
        let (store, file) = (directory("store"), directory("store" + suffix))
        #expect(reason(file, replacing: true) == nil)
        try Self.header(isInWALMode: true).write(to: URL(filePath: store))
        let expected = "this is the name of a file that belongs to \(store): choose another"
        #expect(reason(file, replacing: true) == expected)
        try Self.header().write(to: URL(filePath: file))
        #expect(reason(file, replacing: true) == expected)
    }
}
