package import Glibc
package import WarehouseConnections

/// Opens the file at `path` for writing. One that was not there gets `mode`, whatever the umask; when root makes it, it
/// belongs to the owner of its directory, who could not use root's.
package func createdFile(at path: String, mode: mode_t) throws(StoreError) -> CInt {
    // Another process may take the file away between the two calls.
    for _ in 1...10 {
        let created = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if created >= 0 {
            fchmod(created, mode)
            giveToOwnerOfDirectory(created, path)
            return created
        }
        guard errno == EEXIST else { break }
        let opened = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard opened < 0 else { return opened }
        guard errno == ENOENT else { break }
    }
    throw .cannotCreate(store: path, reason: unsafe String(cString: strerror(errno)))
}

private func giveToOwnerOfDirectory(_ descriptor: CInt, _ path: String) {
    var directory = stat()
    let slash = path.lastIndex(of: "/")
    if geteuid() == 0, unsafe stat(slash.map { String(path[...$0]) } ?? ".", &directory) == 0 {
        fchown(descriptor, directory.st_uid, gid_t.max)
    }
}

/// Makes the name of `file` survive a loss of power: fsync(2) of its directory.
package func syncDirectory(of file: String) throws(StoreError) {
    let slash = file.lastIndex(of: "/")
    let descriptor = unsafe open(slash.map { String(file[...$0]) } ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, fsync(descriptor) == 0 else {
        let reason = unsafe String(cString: strerror(errno))
        close(descriptor)
        throw .cannotCreate(store: file, reason: reason)
    }
    close(descriptor)
}
