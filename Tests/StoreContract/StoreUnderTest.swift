import SQLiteStore
import TestSupport
import Testing
import WarehouseConnections

/// A kind of store that must keep the contract, and how to make an empty one.
struct StoreUnderTest: CustomTestStringConvertible, Sendable {
    typealias Body = (any ConnectionWriter, any ConnectionReader) throws -> Void

    let testDescription: String
    let withEmptyStore: @Sendable (Body) throws -> Void

    static let all = [sqlite, memory]

    static let memory = StoreUnderTest(testDescription: "memory") { body in
        let store = InMemoryStore()
        try body(store, store)
    }

    static let sqlite = StoreUnderTest(testDescription: "SQLite") { body in
        let directory = try TemporaryDirectory()
        try withExtendedLifetime(directory) {
            let path = directory("store.sqlite")
            _ = try SQLiteWriter.initialise(path: path)
            try body(SQLiteWriter(path: path), SQLiteReader(path: path))
        }
    }
}
