import Glibc
import StoreFiles
import WarehouseConnections

extension SealingKey {
    /// Writes the key to its file, which must not be there: mode 0600, complete and on the disk when it appears.
    ///
    /// - Throws: ``SecretStoreError/cannotCreate(file:reason:)``, and then the file is as it was.
    func write() throws(SecretStoreError) {
        let part = Self.part(of: file)
        // What an interrupted run has left: a key that has sealed nothing yet.
        unsafe unlink(part)
        let descriptor = unsafe open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotCreate(file, errno) }
        defer { close(descriptor) }
        do throws(SecretStoreError) {
            guard fchmod(descriptor, 0o600) == 0 else { throw .cannotCreate(file, errno) }
            try write(to: descriptor)
            guard fsync(descriptor) == 0 else { throw .cannotCreate(file, errno) }
            // Fails if the name is taken, as rename(2) would not.
            guard unsafe link(part, file) == 0 else { throw .cannotCreate(file, errno) }
        } catch {
            unsafe unlink(part)
            throw error
        }
        try settle()
    }

    /// Makes sure that the key is in its file, on the disk and nowhere else; also what an interrupted ``write()`` has left.
    func settle() throws(SecretStoreError) {
        unsafe unlink(Self.part(of: file))
        do {
            try syncDirectory(of: file)
        } catch {
            throw SecretStoreError(error, store: file)
        }
        // Another process that wrote a key to the same name at the same time may have won.
        guard try SealingKey(contentsOf: file).publicKey == publicKey else {
            throw .cannotCreate(file: file, reason: "another process has written it")
        }
    }

    private static func part(of file: String) -> String { file + ".part" }

    private func write(to descriptor: CInt) throws(SecretStoreError) {
        var failure: CInt = 0
        line.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { bytes in
                // A line is shorter than what a file takes at once.
                let count = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                if count != bytes.count { failure = count < 0 ? errno : ENOSPC }
            }
        }
        if failure != 0 { throw .cannotCreate(file, failure) }
    }
}
