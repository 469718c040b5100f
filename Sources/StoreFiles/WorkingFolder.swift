import Foundation
package import Glibc
package import WarehouseConnections

/// A folder of this run's own beside the file that it makes. What is made in it appears under its name at once, whole
/// and on the disk; nobody else can have put anything in it; and what a run leaves that was killed, the next one removes.
package struct WorkingFolder: ~Copyable {
    /// A name of six more characters belongs to a folder of this kind, and to nothing else.
    private static let prefix = ".warehouse-connections-"

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

    /// The path of what is called `name` in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes an empty file in the folder and runs `body` with its descriptor; then all of it is on the disk.
    ///
    /// - Parameter target: the file that it is made for, which an error names.
    package func make<Result>(
        _ name: String,
        mode: mode_t,
        for target: String,
        _ body: (CInt) throws -> Result
    ) throws -> Result {
        let descriptor = unsafe open(file(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw StoreError.cannotCreate(store: target, reason: reason(errno)) }
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw StoreError.cannotCreate(store: target, reason: reason(errno)) }
        let result = try body(descriptor)
        guard fsync(descriptor) == 0 else { throw StoreError.cannotWrite(file: target, reason: reason(errno)) }
        return result
    }

    /// Gives what is called `name` in the folder the name `target`.
    ///
    /// - Parameter replacing: whether that name may be taken.
    package func move(_ name: String, to target: String, replacing: Bool) throws(StoreError) {
        // link(2) fails if the name is taken, as rename(2) would not.
        let moved = replacing ? unsafe rename(file(name), target) : unsafe link(file(name), target)
        guard moved == 0 else {
            if !replacing, errno == EEXIST { throw .cannotCreate(store: target, reason: nameIsTaken) }
            throw .cannotWrite(file: target, reason: reason(errno))
        }
        try syncDirectory(of: target)
    }

    /// Removes the folders of this user in the directory of `file` whose run is gone. The lock tells; a folder younger
    /// than a minute may not have been locked yet.
    package static func sweep(beside file: String) {
        let directory = directory(of: file)
        for name in names(in: directory) where name.hasPrefix(prefix) && name.count == prefix.count + 6 {
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

    private static func remove(_ path: String, _ descriptor: CInt) {
        for name in names(in: path) { unsafe unlinkat(descriptor, name, 0) }
        unsafe rmdir(path)
    }

    private static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}

/// Why something is not made under a name that something else has.
package let nameIsTaken = "it is there already: choose another name"
