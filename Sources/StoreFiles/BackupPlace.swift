import Glibc
package import WarehouseConnections

/// Refuses to make a backup at `file` unless nothing is there, or, with `replacing`, an older backup of the same kind: a
/// regular file that holds such a database and is no store itself.
///
/// - Parameters:
///   - applicationID: what a database of the kind says of itself.
///   - kind: what such a backup is called.
///   - instead: what else to do than to give another name, where there is something.
/// - Throws: ``StoreError/cannotCreate(store:reason:)``
package func checkBackupPlace(
    _ file: String,
    replacing: Bool,
    applicationID: UInt32,
    kind: String,
    instead: String = ""
) throws(StoreError) {
    func refusal(_ reason: String) -> StoreError { .cannotCreate(store: file, reason: reason) }
    try refuseSidecarName(file)
    var status = stat()
    guard unsafe lstat(file, &status) == 0 else {
        guard errno == ENOENT else { throw refusal(reason(errno)) }
        return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw refusal("it is no regular file: choose another name\(instead)")
    }
    let header: DatabaseHeader?
    do throws(HeaderError) {
        header = try DatabaseHeader(of: file)
    } catch {
        throw refusal(reason(error.code))
    }
    guard header?.applicationID == applicationID else {
        throw refusal("it is there already, and no backup of \(kind): choose another name")
    }
    guard header?.isInWALMode == false, !hasSidecar(file) else {
        throw refusal("it is a store, and no backup: choose another name")
    }
    guard replacing else { throw refusal("\(nameIsTaken) or give --replace") }
}
