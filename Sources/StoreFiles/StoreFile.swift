import Glibc

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
