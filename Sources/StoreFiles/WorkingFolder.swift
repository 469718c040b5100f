import Foundation
import Glibc
package import WarehouseConnections

/// A folder of this run's own, with one new file in it and what SQLite keeps beside that. The file gets its name when it
/// is whole and on the disk; nobody else can have put anything beside it; and the next run removes what a killed one left.
package struct WorkingFolder: ~Copyable {
    /// A name of six more characters belongs to a folder of this kind, and to nothing else.
    private static let prefix = ".warehouse-connections-"
    private static let name = "new"

    private let path: String
    /// Of the folder; locked as long as its run lives.
    private let descriptor: CInt

    /// Makes a folder in the directory of `file`, and removes those of runs that were killed.
    ///
    /// - Throws: ``StoreError/cannotCreate(store:reason:)``
    package init(beside file: String) throws(StoreError) {
        Self.sweep(beside: file)
        var template = Array("\(directory(of: file))\(Self.prefix)XXXXXX".utf8CString)
        guard let path = unsafe mkdtemp(&template).map({ unsafe String(cString: $0) }) else {
            throw .cannotCreate(store: file, reason: reason(errno))
        }
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            unsafe rmdir(path)
            throw .cannotCreate(store: file, reason: reason(code))
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        Self.remove(path, descriptor)
        close(descriptor)
    }

    /// The path of the file.
    package var file: String { "\(path)/\(Self.name)" }

    /// Makes the file, empty, and opens it for reading and writing.
    ///
    /// - Parameter target: what an error calls it.
    package func create(mode: UInt32, for target: String) throws(StoreError) -> CInt {
        let descriptor = unsafe open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0, fchmod(descriptor, mode) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotCreate(store: target, reason: reason(code))
        }
        return descriptor
    }

    /// Makes the file, empty, and runs `body` with its descriptor; then all of it is on the disk.
    package func make<Result>(mode: UInt32, for target: String, _ body: (CInt) throws -> Result) throws -> Result {
        let descriptor = try create(mode: mode, for: target)
        defer { close(descriptor) }
        let result = try body(descriptor)
        guard fsync(descriptor) == 0 else { throw StoreError.cannotWrite(file: target, reason: reason(errno)) }
        return result
    }

    /// Gives the file the name `target`.
    ///
    /// - Parameter replacing: whether that name may be taken.
    package func move(to target: String, replacing: Bool) throws(StoreError) {
        guard replacing || !exists(target) else { throw .cannotCreate(store: target, reason: nameIsTaken) }
        var result = unsafe replacing ? rename(file, target) : link(file, target)
        // link(2) fails if the name has just been taken, as rename(2) would not; but some file systems have no links.
        if !replacing, result != 0, errno == EPERM { result = unsafe rename(file, target) }
        guard result == 0 else { throw .cannotWrite(file: target, reason: reason(errno)) }
        if !replacing { unsafe unlink(file) }
        try syncDirectory(of: target)
    }

    /// Removes the folders of this user in the directory of `file` whose run is gone. A locked one belongs to a live run;
    /// one younger than a minute may not have been locked yet.
    package static func sweep(beside file: String) {
        let directory = directory(of: file)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        where name.hasPrefix(prefix) && name.count == prefix.count + 6 {
            let path = directory + name
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            defer { close(descriptor) }
            var status = stat()
            guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
                status.st_mtim.tv_sec < time(nil) - 60, flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            remove(path, descriptor)
        }
    }

    /// Only what a run makes: a folder that somebody has given such a name stays as it is.
    private static func remove(_ path: String, _ descriptor: CInt) {
        for suffix in [""] + sidecarSuffixes { unsafe unlinkat(descriptor, name + suffix, 0) }
        unsafe rmdir(path)
    }
}

/// Why something is not made under a name that something else has.
package let nameIsTaken = "it is there already: choose another name"
