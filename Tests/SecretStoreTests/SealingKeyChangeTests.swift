import Foundation
import GRDB
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@testable import SecretStore

/// Making and changing the key of a store, and what an interruption at each step leaves.
@Suite(.timeLimit(.minutes(1)))
struct SealingKeyChangeTests {
    private let site: Site
    private let new: String

    init() throws {
        site = try Site(initialised: false)
        new = site.directory("new")
    }

    @discardableResult
    private func initialise() throws -> String {
        try SecretStore.initialise(path: site.store, sealingKeyFile: site.keyFile)
    }

    /// The store's key opens what is put now.
    private func expectToWork(_ keyFile: String) throws {
        let store = try SecretStore(path: site.store)
        try store.put(Secret("fresh"), for: .sample(99), replacing: true)
        #expect(try store.open(.sample(99), with: SealingKey(contentsOf: keyFile)) == Secret("fresh"))
        #expect(try site.files.allSatisfy { !$0.hasPrefix(".") })
    }

    @Test
    func makesAStoreOnce() throws {
        let fingerprint = try initialise()
        #expect(try fingerprint == site.key.fingerprint)
        try SecretStore(path: site.store).put(Secret("one"), for: .sample())
        let (store, key) = (try site.content("secrets.sqlite"), try site.content("key"))
        for file in [site.keyFile, new] {
            #expect(throws: SecretStoreError.alreadyInitialised(store: site.store)) {
                try SecretStore.initialise(path: site.store, sealingKeyFile: file)
            }
        }
        #expect(try site.content("secrets.sqlite") == store)
        #expect(try site.content("key") == key)
        #expect(try site.files == ["secrets.sqlite", "secrets.sqlite.lock", "key"])
        try expectToWork(site.keyFile)
    }

    @Test
    func leavesAKeyFileThatIsThere() throws {
        for content in ["mine", "", String(decoding: SealingKey.random(for: "").line.bytes, as: UTF8.self)] {
            try site.write(content, to: "key")
            #expect(throws: SecretStoreError.cannotCreate(file: site.keyFile, reason: nameIsTaken)) {
                try initialise()
            }
            #expect(try site.content("key") == Data(content.utf8))
            #expect(try site.files == ["key"])
        }
    }

    @Test
    func canBeRepeatedWhenAFileCouldNotBeMade() throws {
        #expect(throws: SecretStoreError.self) {
            try SecretStore.initialise(path: site.store, sealingKeyFile: site.directory("no/key"))
        }
        #expect(throws: SecretStoreError.unfinished(store: site.store)) { try SecretStore(path: site.store) }
        #expect(throws: SecretStoreError.self) {
            try SecretStore.initialise(path: site.directory("no/store"), sealingKeyFile: site.keyFile)
        }
        #expect(!FileManager.default.fileExists(atPath: site.keyFile))
        try initialise()
        try expectToWork(site.keyFile)
    }

    enum Interruption: CaseIterable {
        case fileMade, marked, tablesMade, keyPending, keyHalfWritten, keyNamedTwice, keyWritten
    }

    @Test(arguments: Interruption.allCases)
    func finishesACreationThatWasInterrupted(_ interruption: Interruption) throws {
        func interrupt() throws {
            try site.write("", to: "secrets.sqlite")
            if interruption == .fileMade { return }
            let store = try SecretStore(existing: site.store)
            if interruption == .marked {
                return try store.runWithoutTransaction {
                    try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
                }
            }
            try store.createTables()
            if interruption == .tablesMade { return }
            let key = try store.prepareKey(for: site.keyFile)
            if interruption == .keyPending { return }
            if interruption == .keyHalfWritten { return try site.leaveWorkingFolder(with: "whsk1_00") }
            try store.putIntoFile(key)
            if interruption == .keyNamedTwice { try site.leaveWorkingFolder(linking: site.keyFile) }
        }
        try interrupt()
        let written = try? site.key.fingerprint
        #expect(throws: SecretStoreError.unfinished(store: site.store)) { try SecretStore(path: site.store) }
        let fingerprint = try initialise()
        #expect(written == nil || written == fingerprint)
        #expect(throws: SecretStoreError.alreadyInitialised(store: site.store)) { try initialise() }
        try expectToWork(site.keyFile)
    }

    @Test
    func doesNotTakeAnotherKeyForItsOwnAfterAnInterruption() throws {
        func interrupt() throws {
            try site.write("", to: "secrets.sqlite")
            let store = try SecretStore(existing: site.store)
            try store.createTables()
            _ = try store.prepareKey(for: site.keyFile)
        }
        try interrupt()
        try SealingKey.random(for: site.keyFile).write()
        #expect(throws: SecretStoreError.cannotCreate(file: site.keyFile, reason: nameIsTaken)) {
            try initialise()
        }
        _ = try SecretStore.initialise(path: site.store, sealingKeyFile: new)
        try expectToWork(new)
    }

    private func siteWithSecrets() throws -> (store: SecretStore, old: SealingKey) {
        try initialise()
        let store = try SecretStore(path: site.store)
        for number in 1...20 {
            try store.put(Secret("secret \(number)"), for: .sample(Int64(number)))
        }
        return (store, try site.key)
    }

    private func expectSecrets(_ store: SecretStore, open key: SealingKey) throws {
        var texts: [String] = []
        try store.forEach(with: key) { texts.append(String(decoding: try #require($1).bytes, as: UTF8.self)) }
        #expect(texts == (1...20).map { "secret \($0)" })
    }

    private func expectNothing(_ store: SecretStore, opensWith key: SealingKey) throws {
        for id in try store.identities() {
            #expect(throws: SecretStoreError.self) { try store.open(id, with: key) }
            #expect(try store.run { try SecretRow.fetch(id, $0) }?.open(as: id, with: key) == nil)
        }
    }

    @Test
    func sealsEverythingToANewKey() throws {
        let (store, old) = try siteWithSecrets()
        #expect(try store.reseal(with: old, to: new) == .resealed(secrets: 20))
        #expect(try site.mode("new") == 0o600)
        let key = try SealingKey(contentsOf: new)
        try expectSecrets(store, open: key)
        try expectNothing(store, opensWith: old)
        #expect(try site.key.publicKey == old.publicKey)
        // The operator who does not know whether it had finished asks again.
        #expect(try store.reseal(with: old, to: new) == .alreadyDone)
        #expect(try store.reseal(with: key, to: site.directory("newer")) == .resealed(secrets: 20))
    }

    @Test
    func leavesTheFileThatIsThereWhenItReseals() throws {
        let (store, old) = try siteWithSecrets()
        try SealingKey.random(for: new).write()
        let before = try site.content("new")
        for file in [new, site.keyFile, site.store, site.directory("no/key")] {
            #expect(throws: SecretStoreError.self) { try store.reseal(with: old, to: file) }
        }
        #expect(try site.content("new") == before)
        try expectSecrets(store, open: old)
    }

    enum ResealInterruption: CaseIterable {
        case keyPending, keyHalfWritten, keyWritten, keyNamedTwice, resealedAndRolledBack
    }

    @Test(arguments: ResealInterruption.allCases)
    func reachesItsEndAfterAnInterruption(_ interruption: ResealInterruption) throws {
        let (store, old) = try siteWithSecrets()
        let key = try store.prepareKey(for: new)
        switch interruption {
        case .keyPending: break
        case .keyHalfWritten: try site.leaveWorkingFolder(with: "whsk1_00")
        case .keyWritten: try key.write()
        case .keyNamedTwice:
            try key.write()
            try site.leaveWorkingFolder(linking: new)
        case .resealedAndRolledBack:
            struct Stop: Error {}
            _ = try? store.write { database in
                for id in try SecretRow.identities(of: nil, database) {
                    try SecretRow.replace(
                        SealedSecret(sealing: Secret("x"), of: id, to: key.publicKey),
                        id,
                        database
                    )
                }
                try store.putIntoFile(key)
                try SecretStore.makeCurrent(key, database)
                throw Stop()
            }
        }
        try expectSecrets(store, open: old)
        // What is put meanwhile is still for the old key.
        try store.put(Secret("secret 20"), for: .sample(20), replacing: true)
        #expect(try store.reseal(with: old, to: new) == .resealed(secrets: 20))
        let now = try SealingKey(contentsOf: new)
        try expectSecrets(store, open: now)
        try expectNothing(store, opensWith: old)
        #expect(try site.files.allSatisfy { !$0.hasPrefix(".") })
    }

    /// A key's file is the caller's, wherever the store is: root's folder is closed to the store's owner.
    @Test(.enabled(if: getuid() == 0, "only root can work for somebody else"))
    func reachesItsEndInRootsFolder() async {
        await #expect(processExitsWith: .success) {
            let (theirs, own) = (try TemporaryDirectory(), try TemporaryDirectory())
            try #require(unsafe chown(theirs.path, 65_534, 65_534) == 0 && chmod(own.path, 0o700) == 0)
            let path = theirs("secrets.sqlite")
            _ = try SecretStore.initialise(path: path, sealingKeyFile: own("key"))
            let store = try SecretStore(path: path)
            try store.put(Secret("one"), for: .sample())
            // Cut off after the key was written.
            try store.prepareKey(for: own("new")).write()
            let old = try SealingKey(contentsOf: own("key"))
            try #require(try store.reseal(with: old, to: own("new")) == .resealed(secrets: 1))
            let now = try SealingKey(contentsOf: own("new"))
            try #require(try store.reseal(with: now, to: own("third")) == .resealed(secrets: 1))
        }
    }

    @Test
    func keepsTheOldKeyWhenOneSecretDoesNotOpen() throws {
        let (store, old) = try siteWithSecrets()
        try store.write { database in
            let other = SealingKey.random(for: "")
            let foreign = try SealedSecret(sealing: Secret("x"), of: .sample(20), to: other.publicKey)
            try SecretRow.replace(foreign, .sample(20), database)
        }
        #expect(throws: SecretStoreError.doesNotOpen(.sample(20), store: site.store)) {
            try store.reseal(with: old, to: new)
        }
        #expect(!FileManager.default.fileExists(atPath: new))
        #expect(try store.open(.sample(1), with: old) == Secret("secret 1"))
    }
}
