import Glibc
import StoreFiles
import WarehouseConnections

extension SealingKey {
    /// Writes the key to its file, which must not be there: mode 0600, complete and on the disk when it appears.
    ///
    /// - Throws: ``SecretStoreError/cannotCreate(file:reason:)``, and then the file is as it was.
    func write() throws(SecretStoreError) {
        do {
            try asOwnerOfFile {
                try refuseSidecarName(file)
                let folder = try WorkingFolder(beside: file)
                try folder.make(mode: 0o600, for: file) { try write(to: $0) }
                try folder.move(to: file, replacing: false)
            }
        } catch {
            throw SecretStoreError(error, store: file)
        }
        try settle()
    }

    /// Makes sure that the key is in its file and on the disk; also after an interrupted ``write()``.
    func settle() throws(SecretStoreError) {
        do {
            try asOwnerOfFile {
                WorkingFolder.sweep(beside: file)
                try syncDirectory(of: file)
                // Another process that wrote a key to the same name at the same time may have won.
                guard try SealingKey(contentsOf: file).publicKey == publicKey else {
                    throw SecretStoreError.cannotCreate(file: file, reason: "another process has written it")
                }
            }
        } catch {
            throw SecretStoreError(error, store: file)
        }
    }

    /// The file lies where the caller says, and is written in the midst of a change of the store, which has rights of its
    /// own.
    private func asOwnerOfFile(_ body: () throws -> Void) throws {
        try asCaller { try asOwner(ofDirectoryOf: file, body) }
    }

    private func write(to descriptor: CInt) throws(StoreError) {
        var failure: CInt = 0
        line.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { bytes in
                // A line is shorter than what a file takes at once.
                let count = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                if count != bytes.count { failure = count < 0 ? errno : ENOSPC }
            }
        }
        if failure != 0 { throw .cannotCreate(store: file, reason: reason(failure)) }
    }
}
