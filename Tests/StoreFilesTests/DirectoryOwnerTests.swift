import Foundation
import StoreFiles
import TestSupport
import Testing

/// Each in a process of its own: rights are a whole process's, and other tests run in this one.
@Suite(.timeLimit(.minutes(1)), .enabled(if: getuid() == 0, "only root can take somebody's rights"))
struct DirectoryOwnerTests {
    @Test
    func givesTheRightsOfTheOwnerAndTakesThemBack() async {
        await #expect(processExitsWith: .success) {
            let theirs = try directory(of: nobody)
            let before = rights
            let inside = asOwner(ofDirectoryOf: theirs("file")) { rights }
            try #require(inside == [nobody, nobody, nobody])
            try #require(rights == before)
            try #require(throws: Stop.self) { try asOwner(ofDirectoryOf: theirs("file")) { throw Stop() } }
            try #require(rights == before)
        }
    }

    @Test
    func givesNoOtherRightsInside() async {
        await #expect(processExitsWith: .success) {
            let (theirs, others, own) = (try directory(of: nobody), try directory(of: 4_711), try directory(of: 0))
            for directory in [others, own] {
                let inside = asOwner(ofDirectoryOf: theirs("a")) {
                    [asOwner(ofDirectoryOf: directory("b")) { geteuid() }, geteuid()]
                }
                try #require(inside == [nobody, nobody])
            }
            let inside = asOwner(ofDirectoryOf: own("a")) {
                [asOwner(ofDirectoryOf: others("b")) { geteuid() }, geteuid()]
            }
            try #require(inside == [4_711, 0])
        }
    }

    @Test
    func givesTheCallersRightsBackInside() async {
        await #expect(processExitsWith: .success) {
            let (theirs, others) = (try directory(of: nobody), try directory(of: 4_711))
            let before = rights
            let inside = asOwner(ofDirectoryOf: theirs("a")) {
                [
                    asCaller { rights }, asCaller { asOwner(ofDirectoryOf: others("b")) { rights } },
                    rights,
                ]
            }
            try #require(inside == [before, [4_711, 4_711], [nobody, nobody, nobody]])
            try #require(rights == before)
        }
    }

    @Test
    func givesTheRightsOfWhoeverCouldHaveMadeALink() async {
        await #expect(processExitsWith: .success) {
            let (theirs, own) = (try directory(of: nobody), try directory(of: 0))
            for file in [theirs("file"), own("file")] { try Data().write(to: URL(filePath: file)) }
            try FileManager.default.createSymbolicLink(atPath: theirs("link"), withDestinationPath: own("file"))
            try FileManager.default.createSymbolicLink(atPath: own("link"), withDestinationPath: theirs("file"))
            try #require(asOwner(ofDirectoryOf: theirs("link")) { geteuid() } == nobody)
            try #require(asOwner(ofDirectoryOf: own("link")) { geteuid() } == nobody)
            // By way of a link in the middle.
            try FileManager.default.createSymbolicLink(atPath: own("first"), withDestinationPath: theirs("link"))
            try #require(asOwner(ofDirectoryOf: own("first")) { geteuid() } == nobody)
            try #require(asOwner(ofDirectoryOf: own("file")) { geteuid() } == 0)
        }
    }
}

private let nobody: uid_t = 65_534

private func directory(of user: uid_t) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    try #require(unsafe chown(directory.path, user, user) == 0)
    return directory
}

/// User, group and groups.
private var rights: [UInt32] {
    var groups = [gid_t](repeating: 0, count: 64)
    let count = Int(unsafe getgroups(64, &groups))
    return [geteuid(), getegid()] + groups.prefix(count)
}

private struct Stop: Error {}
