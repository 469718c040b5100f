import Foundation
import TestSupport
import Testing

@testable import FastCGI

@Suite
struct ListeningSocketTests {
    @Test
    func makesASocketForOwnerAndGroup() throws {
        let directory = try TemporaryDirectory()
        let path = directory("socket")
        do {
            let socket = try ListeningSocket(listeningOn: .unix(path: path))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o660)
            #expect(ListeningSocket.isListening(socket.descriptor))
            socket.removeName()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test
    func replacesAStaleSocketAndLeavesALiveOne() throws {
        let directory = try TemporaryDirectory()
        let address = ListeningAddress.unix(path: directory("socket"))
        let live = try ListeningSocket(listeningOn: address)
        #expect(throws: TransportError.addressInUse(address)) { _ = try ListeningSocket(listeningOn: address) }
        _ = try FastCGIConnection(directory("socket"))
        // Somebody died and left the name behind: a second name of a socket that is closed then.
        try FileManager.default.linkItem(atPath: directory("socket"), toPath: directory("stale"))
        _ = consume live
        #expect(throws: FastCGIConnection.Failure.self) { try FastCGIConnection(directory("stale")) }
        let replaced = try ListeningSocket(listeningOn: .unix(path: directory("stale")))
        _ = try FastCGIConnection(directory("stale"))
        _ = consume replaced
    }

    @Test
    func leavesAFileThatIsNoSocketAsItIs() throws {
        let directory = try TemporaryDirectory()
        try Data("precious".utf8).write(to: URL(filePath: directory("file")))
        #expect(throws: TransportError.notASocket(path: directory("file"))) {
            _ = try ListeningSocket(listeningOn: .unix(path: directory("file")))
        }
        #expect(try String(contentsOfFile: directory("file"), encoding: .utf8) == "precious")
    }

    @Test
    func refusesADescriptorThatDoesNotListen() throws {
        #expect(throws: TransportError.notListening(descriptor: 2)) { _ = try ListeningSocket(inheriting: 2) }
    }
}
