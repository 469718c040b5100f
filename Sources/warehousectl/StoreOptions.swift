import ArgumentParser
import Foundation
import SQLiteStore
import Sysexits
import WarehouseConnections

/// Which store a command works on.
struct StoreOptions: ParsableArguments {
    static let defaultStore = "/var/lib/warehouse-connections/store.sqlite"

    @Option(
        name: .customLong("store"),
        help: "The store of connections, else WAREHOUSE_STORE. (default: \(Self.defaultStore))"
    )
    var option: String?

    /// The store's path.
    var path: String {
        option ?? ProcessInfo.processInfo.environment["WAREHOUSE_STORE"] ?? Self.defaultStore
    }

    func validate() throws {
        if path.isEmpty || path.hasPrefix("postgresql://") {
            throw ValidationError("--store \(path): expected the path of a SQLite file")
        }
    }

    func reader() -> any ConnectionReader { SQLiteReader(path: path) }

    func writer() throws(ProgramFailure) -> any ConnectionWriter {
        do {
            return try SQLiteWriter(path: path)
        } catch {
            throw ProgramFailure(error)
        }
    }
}

extension ProgramFailure {
    init(_ error: StoreError) {
        let exit: Sysexit =
            switch error {
            case .missing: .noInput
            case .foreign, .idTaken: .dataError
            case .locked: .temporaryFailure
            case .cannotCreate: .cannotCreate
            case .tooNew, .needsMigration, .unavailable, .damaged: .unavailable
            }
        self.init(exit, "\(error)")
    }
}

/// Runs `body`; an error of the store ends the program with its line and exit code.
func failingWithStoreErrors(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as StoreError {
        throw ProgramFailure(error)
    }
}
