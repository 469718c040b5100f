import GRDB
import Glibc
import StoreFiles
import WarehouseConnections

/// How a restore replaces what the store holds, under the store's lock.
extension StoreBackup {
    /// Writes the pages of `copy` into a sound store, in one transaction.
    static func overwrite(
        _ store: String,
        with copy: String,
        _ lock: consuming WriteLock
    ) throws(StoreError) {
        let writer = try SQLiteWriter(ofAnySchema: store, lock)
        do {
            try SQLiteReader.open(copy).backup(to: writer.database)
        } catch {
            throw StoreError(error, store: store)
        }
        do throws(StoreError) {
            try SQLiteReader(path: store).checkFile()
        } catch {
            // The store is replaced, whatever else hinders a look at it.
            if case .damaged = error { throw error }
        }
    }

    /// Puts the store that `folder` has in the place of what is there; returns where that is now.
    static func exchange(
        _ store: String,
        for folder: borrowing WorkingFolder,
        holding lock: borrowing WriteLock
    ) throws(StoreError) -> String {
        // All that may fail for want of space has been done. What is kept keeps its log; and no log stays, or SQLite would
        // write it into the copy.
        let kept = freeName(store + ".damaged")
        for suffix in suffixes where exists(store + suffix) {
            try system(store) { unsafe rename(store + suffix, kept + suffix) }
        }
        try? syncDirectory(of: store)
        // Its own file last: with it there is a store.
        for suffix in suffixes.reversed() {
            let copy = folder.file + suffix
            try system(store) { unsafe rename(copy, store + suffix) }
        }
        try? syncDirectory(of: store)
        return kept
    }

    /// Of the files of a database that is in use.
    private static let suffixes = ["", "-wal", "-shm"]

    private static func freeName(_ name: String) -> String {
        var candidate = name
        var number = 1
        while suffixes.contains(where: { exists(candidate + $0) }) {
            number += 1
            candidate = "\(name)-\(number)"
        }
        return candidate
    }
}
