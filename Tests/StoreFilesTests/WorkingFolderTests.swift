import Foundation
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@Suite(.timeLimit(.minutes(1)))
struct WorkingFolderTests {
    private let directory: TemporaryDirectory
    private let target: String

    init() throws {
        directory = try TemporaryDirectory()
        target = directory("target")
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
    }

    private func make(_ text: String, replacing: Bool) throws {
        let folder = try WorkingFolder(beside: target)
        try folder.make(mode: 0o660, for: target) { descriptor in
            let names = try names
            #expect(names.contains { $0.hasPrefix(".warehouse-connections-") })
            #expect(unsafe write(descriptor, text, text.utf8.count) == text.utf8.count)
        }
        try folder.move(to: target, replacing: replacing)
    }

    @Test
    func makesAFileWithItsModeAndLeavesNothingElse() throws {
        try make("one", replacing: false)
        #expect(try names == ["target"])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "one")
        #expect(try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o660)
    }

    @Test
    func replacesOnlyWhenAsked() throws {
        try make("one", replacing: false)
        let refusal = StoreError.cannotCreate(store: target, reason: "it is there already: choose another name")
        #expect(throws: refusal) { try make("two", replacing: false) }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "one")
        try make("two", replacing: true)
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "two")
        #expect(try names == ["target"])
    }

    @Test
    func replacesALinkAndNotWhatItLeadsTo() throws {
        try Data("other".utf8).write(to: URL(filePath: directory("other")))
        try FileManager.default.createSymbolicLink(atPath: target, withDestinationPath: "other")
        #expect(throws: StoreError.self) { try make("one", replacing: false) }
        try make("one", replacing: true)
        #expect(try String(contentsOfFile: directory("other"), encoding: .utf8) == "other")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "one")
    }

    @Test
    func leavesNothingWhenTheWorkFails() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            let folder = try WorkingFolder(beside: target)
            try folder.make(mode: 0o600, for: target) { _ in throw Stop() }
        }
        #expect(try names == [])
        #expect(throws: StoreError.self) { _ = try WorkingFolder(beside: directory("no/such/place")) }
    }

    /// What a run left that was killed goes; what may be somebody's stays.
    @Test
    func sweepsWhatAKilledRunHasLeft() throws {
        let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: -120)]
        func leave(_ name: String, _ attributes: [FileAttributeKey: Any]) throws {
            try FileManager.default.createDirectory(atPath: directory(name), withIntermediateDirectories: false)
            try Data("copy".utf8).write(to: URL(filePath: directory(name + "/new")))
            try Data().write(to: URL(filePath: directory(name + "/new-wal")))
            try FileManager.default.setAttributes(attributes, ofItemAtPath: directory(name))
        }
        try leave(".warehouse-connections-killed", old)
        try leave(".warehouse-connections-young0", [:])
        try leave(".warehouse-connections-others-folder", old)
        try leave("warehouse-connections-killed", old)
        // Somebody has given a folder of theirs such a name.
        try leave(".warehouse-connections-letter", [:])
        try Data().write(to: URL(filePath: directory(".warehouse-connections-letter/letter")))
        try FileManager.default.setAttributes(old, ofItemAtPath: directory(".warehouse-connections-letter"))
        try Data().write(to: URL(filePath: directory(".warehouse-connections-afile0")))
        try FileManager.default.setAttributes(old, ofItemAtPath: directory(".warehouse-connections-afile0"))
        try FileManager.default.createSymbolicLink(
            atPath: directory(".warehouse-connections-alink0"),
            withDestinationPath: "warehouse-connections-killed"
        )
        if getuid() == 0 {
            try leave(".warehouse-connections-theirs", old)
            try #require(unsafe chown(directory(".warehouse-connections-theirs"), 65_534, 65_534) == 0)
        }
        let before = try names
        try make("one", replacing: false)
        #expect(try names == (before + ["target"]).filter { $0 != ".warehouse-connections-killed" }.sorted())
        #expect(FileManager.default.fileExists(atPath: directory("warehouse-connections-killed/new")))
        #expect(FileManager.default.fileExists(atPath: directory(".warehouse-connections-letter/letter")))
    }

    @Test
    func leavesTheFolderOfARunThatIsAtWork() throws {
        let folder = try WorkingFolder(beside: target)
        try folder.make(mode: 0o600, for: target) { _ in }
        let name = try #require(try names.first)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)],
            ofItemAtPath: directory(name)
        )
        try make("other", replacing: false)
        try folder.move(to: target, replacing: true)
        #expect(try Data(contentsOf: URL(filePath: target)) == Data())
    }
}
