import Glibc
package import WarehouseConnections

/// What kind of database a backup is a copy of.
package struct BackupKind {
    /// What a database of the kind says of itself.
    package let applicationID: UInt32
    /// What is in it.
    package let content: String
    /// The end of the advice where something else is at the backup's place, such as ", or - for standard output".
    package let otherAdvice: String

    package init(applicationID: UInt32, content: String, otherAdvice: String = "") {
        self.applicationID = applicationID
        self.content = content
        self.otherAdvice = otherAdvice
    }
}

extension BackupKind {
    /// Makes a backup, which appears at `file` when it is complete and on the disk.
    ///
    /// - Parameters:
    ///   - replacing: whether an older backup of the same kind may be replaced; never anything else.
    ///   - copy: copies the database into the empty file that it gets the path of, and checks it.
    package func make(at file: String, replacing: Bool, _ copy: (String) throws -> Void) throws {
        try asOwner(ofDirectoryOf: file) {
            try checkPlace(file, replacing: replacing)
            let folder = try WorkingFolder(beside: file)
            try folder.make(mode: 0o600, for: file) { _ in try copy(folder.file) }
            try folder.move(to: file, replacing: replacing)
        }
    }

    /// Refuses to make a backup at `file` unless nothing is there, or, with `replacing`, an older backup of the same kind:
    /// a regular file that holds such a database and is no store itself.
    ///
    /// - Throws: ``StoreError``: `cannotCreate`, or `unavailable` if what is there can't be read.
    package func checkPlace(_ file: String, replacing: Bool) throws(StoreError) {
        func refusal(_ reason: String) -> StoreError { .cannotCreate(store: file, reason: reason) }
        try refuseSidecarName(file)
        var status = stat()
        guard unsafe lstat(file, &status) == 0 else {
            guard errno == ENOENT else { throw refusal(reason(errno)) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("it is no regular file: choose another name\(otherAdvice)")
        }
        guard let header = try DatabaseHeader(of: file), header.applicationID == applicationID else {
            throw refusal("it is there already, and no backup of \(content): choose another name")
        }
        guard !header.isInWALMode, !hasSidecar(file) else {
            throw refusal("it is a store, and no backup: choose another name")
        }
        guard replacing else { throw refusal("\(nameIsTaken) or give --replace") }
    }
}
