import Foundation
import TestSupport
import Testing

/// A directory that `deploy/install.sh` installs into, as into the root of a machine.
struct Installation {
    private let directory: TemporaryDirectory
    var path: String { directory.path }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Runs `install.sh`, without other arguments on the programs under test.
    func install(
        _ arguments: [String] = ["--binaries", URL(filePath: Program.warehoused).deletingLastPathComponent().path()]
    ) async throws -> Outcome {
        try await Program.run(Fixture.project + "deploy/install.sh", arguments, environment: ["DESTDIR": path])
    }

    struct File: Equatable {
        let path: String
        let mode: String
        let inode: UInt64
        let modified: Date
    }

    /// All files, by their path from the root.
    func files() throws -> [File] {
        try FileManager.default.subpathsOfDirectory(atPath: path).sorted().compactMap { path in
            let attributes = try FileManager.default.attributesOfItem(atPath: directory(path))
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return nil }
            return File(
                path: "/" + path,
                mode: String((attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0, radix: 8),
                inode: try #require(attributes[.systemFileNumber] as? NSNumber).uint64Value,
                modified: try #require(attributes[.modificationDate] as? Date)
            )
        }
    }

    func text(_ path: String) throws -> String {
        try String(contentsOfFile: self.path + path, encoding: .utf8)
    }

    func write(_ text: String, to path: String) throws {
        let file = URL(filePath: self.path + path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
    }
}
