import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

/// What is remembered is never what is not so any more, and helps nobody who does not know a secret.
@Suite struct StoreCacheTests {
    private let store = InMemoryStore()
    private let cache: StoreCache
    private let list = ResourcePath.Resource.connectionList(1)

    init() { cache = StoreCache(store) }

    private func presented(_ text: String) throws -> APIKey { try #require(APIKey(text)) }

    @Test
    func asksOnceForAConnection() throws {
        store.connections[1] = try .sample()
        try cache.refresh()
        let content = try #require(try cache.content(of: list, 1))
        let count = store.readCount
        for _ in 0..<3 {
            try cache.refresh()
            #expect(try cache.content(of: list, 1)?.bytes == content.bytes)
        }
        #expect(store.readCount == count)
    }

    @Test
    func seesEachChange() throws {
        for status in ConnectionStatus.allCases {
            store.connections[1] = try .sample(status: status)
            try cache.refresh()
            let content = try #require(try cache.content(of: list, 1))
            #expect(String(decoding: content.bytes, as: UTF8.self).contains(#""status":"\#(status.rawValue)""#))
        }
        store.connections = [:]
        try cache.refresh()
        #expect(try cache.content(of: list, 1)?.bytes == Array("[]".utf8))
    }

    @Test
    func keepsListAndConnectionApart() throws {
        let connection = try WarehouseConnection.sample()
        store.connections[1] = connection
        try cache.refresh()
        for _ in 0..<2 {
            let list = try #require(try cache.content(of: list, 1))
            let one = try #require(try cache.content(of: .connection(1, connection.id), 1))
            #expect(list.bytes == [UInt8(ascii: "[")] + one.bytes + [UInt8(ascii: "]")])
            #expect(list.tag != one.tag)
            #expect(try cache.content(of: .connection(1, ConnectionID.random()), 1) == nil)
        }
    }

    /// The shortest lists are the most that fit.
    @Test
    func forgetsListsBeforeThereAreTooMany() throws {
        try cache.refresh()
        for number in 1...10_000 {
            let organisation = try #require(OrganisationID(Int64(number)))
            _ = try cache.content(of: .connectionList(organisation), organisation)
        }
        let count = store.readCount
        _ = try cache.content(of: .connectionList(10_000), 10_000)
        #expect(store.readCount == count)
        _ = try cache.content(of: list, 1)
        #expect(store.readCount == count + 1)
    }

    @Test
    func asksOnceForAKeyAndAgainWhenItChanges() throws {
        let (text, stored) = try StoredAPIKey.sample()
        store.keys[stored.id] = stored
        try cache.refresh()
        for _ in 0..<3 { #expect(try cache.match(presented(text)) == .key(stored)) }
        #expect(store.readCount == 1)
        try store.transaction(by: "test") { _ = try $0.revokeKey(stored.id, at: stored.createdAt) }
        try cache.refresh()
        guard case .key(let revoked) = try cache.match(presented(text)) else {
            Issue.record("the key is not there any more")
            return
        }
        #expect(revoked.revokedAt != nil)
    }

    /// Else the time that an answer takes would tell which ids are in use.
    @Test
    func asksForEveryWrongSecretAndEveryUnknownID() throws {
        let (text, stored) = try StoredAPIKey.sample()
        store.keys[stored.id] = stored
        try cache.refresh()
        #expect(try cache.match(presented(text)) == .key(stored))
        let (other, id, _) = APIKey.random()
        for round in 1...3 {
            #expect(try cache.match(presented(other)) == .unknown)
            #expect(store.readCount == 1 + round)
        }
        store.keys[id] = try StoredAPIKey(
            id: id,
            secretDigest: stored.secretDigest,
            organisation: 1,
            label: "",
            createdAt: stored.createdAt,
            expiresAt: nil
        )
        try cache.refresh()
        for round in 1...3 {
            #expect(try cache.match(presented(other)) == .wrongSecret)
            #expect(store.readCount == 4 + round)
        }
    }

    @Test
    func answersNothingWhileTheStoreFails() throws {
        store.connections[1] = try .sample()
        try cache.refresh()
        _ = try cache.content(of: list, 1)
        store.error = .missing(store: "memory")
        #expect(throws: StoreError.missing(store: "memory")) { try cache.refresh() }
    }
}
