import Glibc
package import WarehouseConnections

/// What SQLite or a writer appends to a store's name to name the files that it keeps beside it.
let sidecarSuffixes = ["-wal", "-shm", "-journal", ".lock"]

/// The path of one of the files that SQLite or a writer keeps beside a store: `-wal`, `-shm`, `-journal`,
/// `.lock`.
///
/// They lie beside the store's name without symbolic links, whichever name it is called by.
package func companion(of store: String, _ suffix: String) -> String {
    withoutLinks(store) + suffix
}

/// The path without symbolic links; itself if nothing is there.
package func withoutLinks(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

/// The path as SQLite takes it for the name of a file, whatever it is: `file:` would begin a URI, `:memory:` is no file.
///
/// Source: https://sqlite.org/uri.html
package func nameForSQLite(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

/// Whether something has this name, be it a symbolic link that leads nowhere.
package func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
}

/// Whether any file of a store in use lies beside `path`.
package func hasSidecar(_ path: String) -> Bool {
    sidecarSuffixes.contains { exists(companion(of: path, $0)) }
}

/// Refuses a name that SQLite or a writer uses for a file beside an existing one, such as `<store>-wal`: SQLite would read
/// the new file as the store's log, or remove it as a broken journal.
package func refuseSidecarName(_ path: String) throws(StoreError) {
    for suffix in sidecarSuffixes where path.hasSuffix(suffix) {
        let store = String(path.dropLast(suffix.count))
        var status = stat()
        guard unsafe stat(store, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        throw .cannotCreate(store: path, reason: "this is the name of a file that belongs to \(store): choose another")
    }
}

/// Opens the file at `path` for reading and writing; one that was not there gets `mode`, whatever the umask.
package func openOrCreate(_ path: String, mode: UInt32) throws(StoreError) -> CInt {
    // Another process may take the file away between the two calls.
    for _ in 1...10 {
        let created = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if created >= 0 {
            fchmod(created, mode)
            return created
        }
        guard errno == EEXIST else { break }
        let opened = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard opened < 0 else { return opened }
        guard errno == ENOENT else { break }
    }
    throw .cannotCreate(store: path, reason: reason(errno))
}

/// Makes the name of `file` survive a loss of power: fsync(2) of its directory.
package func syncDirectory(of file: String) throws(StoreError) {
    let descriptor = unsafe open(directory(of: file), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotWrite(file: file, reason: reason(errno)) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .cannotWrite(file: file, reason: reason(errno)) }
}

/// The directory that holds `file`, with a `/` at its end.
func directory(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[...$0]) } ?? "./"
}

/// What the system says of an error number.
package func reason(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
