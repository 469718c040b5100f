import Foundation
import TestSupport
import WarehouseConnections

@testable import SecretStore

/// A store with its key in a directory of its own.
struct Site {
    let directory: TemporaryDirectory
    let store: String
    let keyFile: String

    init(initialised: Bool = true) throws {
        directory = try TemporaryDirectory()
        store = directory("secrets.sqlite")
        keyFile = directory("key")
        if initialised { _ = try SecretStore.initialise(path: store, sealingKeyFile: keyFile) }
    }

    var key: SealingKey { get throws { try SealingKey(contentsOf: keyFile) } }

    /// The names in the directory.
    var files: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: directory.path)) }
    }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: directory(name))[.posixPermissions] as? Int
    }

    func content(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: directory(name))) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: directory(name)))
    }

    /// Leaves what a run leaves that was killed two minutes ago, while it wrote a key.
    func leaveWorkingFolder(with text: String) throws {
        try leaveWorkingFolder { try Data(text.utf8).write(to: URL(filePath: $0)) }
    }

    /// The same, killed just after the key got its name.
    func leaveWorkingFolder(linking file: String) throws {
        try leaveWorkingFolder { try FileManager.default.linkItem(atPath: file, toPath: $0) }
    }

    private func leaveWorkingFolder(_ make: (String) throws -> Void) throws {
        let folder = directory(".warehouse-connections-killed")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try make(folder + "/new")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -120)],
            ofItemAtPath: folder
        )
    }
}

extension Secret {
    init(_ text: String) {
        var bytes = Array(text.utf8)
        self.init(taking: &bytes)
    }

    var bytes: [UInt8] { withBytes { bytes in bytes.indices.map { bytes[$0] } } }
}

extension SecretID {
    /// A sample of what does not exist is a mistake of the test.
    static func sample(
        _ organisation: Int64 = 1,
        _ connection: String = "wc_first",
        _ name: String = "private_key",
        _ version: Int = 1
    ) -> SecretID {
        guard let organisation = OrganisationID(organisation), let connection = ConnectionID(connection),
            let name = SecretName(name), let version = SecretVersion(version)
        else { preconditionFailure("\(organisation), \(connection), \(name), \(version)") }
        return SecretID(organisation: organisation, connection: connection, name: name, version: version)
    }
}
