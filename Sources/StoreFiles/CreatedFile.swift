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
    if geteuid() == 0, let owner = ownerOfDirectory(of: path) { fchown(descriptor, owner, gid_t.max) }
}

/// Whether the file at `path`, opened as `descriptor`, can have been left by an earlier run of this program: a file of
/// one name that belongs to this user or, as what root makes, to the owner of its directory.
package func isOwn(_ descriptor: CInt, _ path: String) -> Bool {
    var (named, opened) = (stat(), stat())
    guard unsafe fstat(descriptor, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG, opened.st_nlink <= 1,
        unsafe lstat(path, &named) != 0 || named.st_mode & S_IFMT == S_IFREG
    else { return false }
    return opened.st_uid == geteuid() || opened.st_uid == ownerOfDirectory(of: path)
}

private func ownerOfDirectory(of file: String) -> uid_t? {
    var directory = stat()
    let slash = file.lastIndex(of: "/")
    return unsafe stat(slash.map { String(file[...$0]) } ?? ".", &directory) == 0 ? directory.st_uid : nil
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
