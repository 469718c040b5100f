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
    ///
    /// - Throws: ``ProgramFailure``: 64 for a wrong option, 78 for a wrong variable.
    func path() throws(ProgramFailure) -> String {
        let variable = try environmentVariable("WAREHOUSE_STORE")
        let path = option ?? variable ?? Self.defaultStore
        guard !path.isEmpty, !path.contains("://") else {
            let (exit, source) = option != nil ? (Sysexit.usage, "--store") : (.configuration, "WAREHOUSE_STORE")
            throw ProgramFailure(exit, "\(source) \(path.withoutCredentials): expected the path of a SQLite file")
        }
        return path
    }

    func reader() throws(ProgramFailure) -> any ConnectionReader { SQLiteReader(path: try path()) }

    func writer() throws(ProgramFailure) -> any ConnectionWriter {
        let path = try path()
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
            case .missing, .missingBackup: .noInput
            case .foreign, .idTaken, .badBackup: .dataError
            case .cannotWrite: .ioError
            case .locked: .temporaryFailure
            case .cannotCreate: .cannotCreate
            case .tooNew, .needsMigration, .unavailable, .unreadable, .damaged: .unavailable
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
