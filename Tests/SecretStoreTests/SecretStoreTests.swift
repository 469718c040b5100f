import Foundation
import GRDB
import StoreFiles
import TestSupport
import Testing
import WarehouseConnections

@testable import SecretStore

@Suite(.timeLimit(.minutes(1)))
struct SecretStoreTests {
    private let site: Site
    private let store: SecretStore

    init() throws {
        site = try Site()
        store = try SecretStore(path: site.store)
    }

    @Test
    func givesBackWhatWasPut() throws {
        let (one, other) = (SecretID.sample(1), SecretID.sample(2, "wc_second", "password"))
        try store.put(Secret("one"), for: one)
        try store.put(Secret("other"), for: other)
        #expect(try store.open(one, with: site.key) == Secret("one"))
        #expect(try store.open(other, with: site.key) == Secret("other"))
        #expect(try store.open(.sample(1, "wc_second", "password"), with: site.key) == nil)
        var seen: [SecretID: Secret] = [:]
        try store.forEach(with: site.key) { seen[$0] = $1 }
        #expect(seen == [one: Secret("one"), other: Secret("other")])
    }

    @Test
    func needsNoKeyFileToPut() throws {
        let key = try site.key
        try FileManager.default.removeItem(atPath: site.keyFile)
        try store.put(Secret("one"), for: .sample())
        #expect(try store.identities() == [.sample()])
        #expect(try store.open(.sample(), with: key) == Secret("one"))
    }

    @Test
    func replacesOnlyWhenTold() throws {
        try store.put(Secret("one"), for: .sample())
        #expect(throws: SecretStoreError.exists(.sample(), store: site.store)) {
            try store.put(Secret("two"), for: .sample())
        }
        #expect(try store.open(.sample(), with: site.key) == Secret("one"))
        try store.put(Secret("two"), for: .sample(), replacing: true)
        #expect(try store.open(.sample(), with: site.key) == Secret("two"))
    }

    @Test
    func keepsVersionsApart() throws {
        try store.put(Secret("one"), for: .sample())
        let next = SecretID.sample(1, "wc_first", "private_key", 2)
        try store.put(Secret("two"), for: next)
        #expect(try store.open(.sample(), with: site.key) == Secret("one"))
        #expect(try store.open(next, with: site.key) == Secret("two"))
        #expect(try store.delete(.sample()))
        #expect(try !store.delete(.sample()))
        #expect(try store.identities() == [next])
    }

    @Test
    func takesNoMoreThanItsLimit() throws {
        try store.put(Secret(String(repeating: "x", count: 65_536)), for: .sample())
        #expect(throws: SecretStoreError.tooLongSecret(.sample(2))) {
            try store.put(Secret(String(repeating: "x", count: 65_537)), for: .sample(2))
        }
    }

    @Test
    func tellsWhoHasSecrets() throws {
        let all: [SecretID] = [
            .sample(1, "wc_a", "password"), .sample(1, "wc_a", "private_key", 1), .sample(1, "wc_a", "private_key", 2),
            .sample(1, "wc_b"), .sample(2, "wc_a"), .sample(10, "wc_a"),
        ]
        for id in all.shuffled() { try store.put(Secret("x"), for: id) }
        #expect(try store.identities() == all)
        #expect(try store.identities(of: all[0].organisation) == Array(all[..<4]))
        #expect(try store.identities(of: OrganisationID(3)) == [])
        #expect(try store.delete(of: all[0].organisation, all[0].connection) == 3)
        #expect(try store.delete(of: all[0].organisation, all[0].connection) == 0)
        #expect(try store.identities() == Array(all[3...]))
    }

    @Test
    func letsItsBodyUseIt() throws {
        for organisation in 1...3 { try store.put(Secret("x"), for: .sample(Int64(organisation))) }
        try store.forEach(with: site.key) { id, _ in try store.delete(id) }
        #expect(try store.identities() == [])
        struct Stop: Error {}
        try store.put(Secret("x"), for: .sample())
        #expect(throws: Stop.self) { try store.forEach(with: site.key) { _, _ in throw Stop() } }
    }

    @Test
    func namesBothKeysWhenTheWrongOneIsGiven() throws {
        try store.put(Secret("one"), for: .sample())
        let wrong = SealingKey.random(for: "/somewhere")
        let error = SecretStoreError.wrongKey(
            file: "/somewhere",
            fingerprint: wrong.fingerprint,
            store: site.store,
            expected: try site.key.fingerprint
        )
        #expect(throws: error) { try store.open(.sample(), with: wrong) }
        #expect(throws: error) { try store.open(.sample(2), with: wrong) }
        #expect(throws: error) { try store.forEach(with: wrong) { _, _ in } }
        #expect(throws: error) { try store.reseal(with: wrong, to: site.directory("new")) }
        #expect(!FileManager.default.fileExists(atPath: site.directory("new")))
        #expect(try store.keyFingerprint() == site.key.fingerprint)
    }

    @Test(arguments: [
        "organisation = 2", "connection = 'wc_other'", "name = 'password'", "version = 2",
        "ciphertext = zeroblob(80)", "encapsulated_key = randomblob(32)",
    ])
    func doesNotOpenWhatWasMovedOrChanged(_ change: String) throws {
        try store.put(Secret("one"), for: .sample())
        try store.database.write { try $0.execute(sql: "UPDATE secret SET \(change)") }
        let id = try #require(try store.identities().first)
        #expect(throws: SecretStoreError.doesNotOpen(id, store: site.store)) { try store.open(id, with: site.key) }
        #expect(throws: SecretStoreError.doesNotOpen(id, store: site.store)) {
            try store.reseal(with: site.key, to: site.directory("new"))
        }
        #expect(!FileManager.default.fileExists(atPath: site.directory("new")))
    }

    @Test(arguments: [
        "UPDATE secret SET organisation = 0", "UPDATE secret SET connection = 'wc_'",
        "UPDATE secret SET connection = 'wc_a b'", "UPDATE secret SET name = ''", "UPDATE secret SET name = 'Name'",
        "UPDATE secret SET version = 0", "UPDATE secret SET version = 2147483648",
        "UPDATE secret SET ciphertext = x'00'", "UPDATE secret SET ciphertext = 'text'",
        "UPDATE secret SET encapsulated_key = x'00'", "UPDATE sealing_key SET public_key = zeroblob(31)",
        "INSERT INTO sealing_key VALUES ('other', zeroblob(32))", "INSERT INTO store VALUES (2, 1)",
    ])
    func hasRulesInItsSchema(_ sql: String) throws {
        try store.put(Secret("one"), for: .sample())
        #expect(throws: DatabaseError.self) { try store.database.write { try $0.execute(sql: sql) } }
    }

    @Test
    func setsWhatKeepsACommittedChangeAndNoOther() throws {
        let settings = try store.database.unsafeRead { database in
            try ["journal_mode", "synchronous", "secure_delete", "temp_store", "application_id"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["delete", "3", "1", "2", "\(0x7768_6373)"])
    }

    @Test
    func isTheOnlyUserOfItsFile() throws {
        #expect(throws: SecretStoreError.locked(store: site.store)) {
            try SecretStore(path: site.store, patience: .zero)
        }
    }

    @Test
    func isForItsOwnerAlone() throws {
        try store.put(Secret("one"), for: .sample())
        #expect(try site.files == ["secrets.sqlite", "secrets.sqlite.lock", "key"])
        for file in try site.files { #expect(try site.mode(file) == 0o600, "\(file)") }
        try store.database.write { database in
            try database.execute(sql: "PRAGMA cache_spill = 1; PRAGMA cache_size = 1")
            for number in Int64(2)...100 {
                let sealed = try SealedSecret(sealing: Secret("x"), of: .sample(), to: try site.key.publicKey)
                try SecretRow.insert(sealed, .sample(number), database)
            }
            #expect(try site.mode("secrets.sqlite-journal") == 0o600)
        }
    }
}
