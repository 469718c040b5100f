import Foundation
import Glibc
import Synchronization

/// Runs `body` with the user, the group and the groups of the owner of the directory in which `path` lies, if root runs
/// this program; otherwise as it is.
///
/// That owner could put a link there between two looks, which root would follow, and SQLite gives a log to the owner of
/// its store whatever the log's name leads to. With their own rights they gain nothing. What is made is theirs from the
/// start. If `path` is a link, its own directory counts, then that of its target, and so on: the first that is not root's.
///
/// Inside of `body` the rights stay as they are: after links are resolved, nobody can tell who made them. The rights of a
/// process are those of all its threads, so a lock lets one thread at a time give up root's.
package func asOwner<Result>(ofDirectoryOf path: String, _ body: () throws -> Result) rethrows -> Result {
    guard getuid() == 0, let directory = othersDirectory(of: path) else { return try body() }
    changing.lock()
    defer { changing.unlock() }
    guard geteuid() == 0 else { return try body() }
    callersRights.withLock { $0 = .current }
    return try Rights(of: directory).having(body)
}

/// Runs `body` with the rights that this program was started with, also inside of ``asOwner(ofDirectoryOf:_:)``: for a file
/// whose name is the caller's own.
package func asCaller<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard getuid() == 0 else { return try body() }
    changing.lock()
    defer { changing.unlock() }
    guard geteuid() != 0, let rights = callersRights.withLock(\.self) else { return try body() }
    return try rights.having(body)
}

/// Recursive, because `body` may get here again.
private let changing = NSRecursiveLock()

/// From before they were given up.
private let callersRights = Mutex<Rights?>(nil)

/// The first directory that is not root's, of that in which `path` lies and those to which links lead; nil if all are.
private func othersDirectory(of path: String) -> stat? {
    var name = path
    // As many links as the system follows.
    for _ in 1...40 {
        var status = stat()
        if unsafe stat(directory(of: name), &status) == 0, status.st_uid != 0 { return status }
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: name) else { return nil }
        name = target.hasPrefix("/") ? target : directory(of: name) + target
    }
    return nil
}

private struct Rights: Sendable {
    private let user: uid_t
    private let group: gid_t
    private let groups: [gid_t]

    static var current: Rights {
        var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
        let count = unsafe getgroups(CInt(groups.count), &groups)
        return Rights(user: geteuid(), group: getegid(), groups: Array(groups.prefix(max(0, Int(count)))))
    }

    private init(user: uid_t, group: gid_t, groups: [gid_t]) {
        self.user = user
        self.group = group
        self.groups = groups
    }

    /// Those that the owner of `directory` has when they sign in; without an account, the directory's group.
    init(of directory: stat) {
        user = directory.st_uid
        guard let account = unsafe getpwuid(user) else {
            group = directory.st_gid
            groups = []
            return
        }
        group = unsafe account.pointee.pw_gid
        var found = [gid_t](repeating: 0, count: 1024)
        var count = CInt(found.count)
        let isWhole = unsafe getgrouplist(account.pointee.pw_name, group, &found, &count) >= 0
        groups = isWhole ? Array(found.prefix(Int(count))) : []
    }

    /// Runs `body` with these rights. A root that may not take them, such as in a container, has few of its own: then it
    /// keeps those.
    func having<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = Self.current
        defer { before.take() }
        if !take() { before.take() }
        return try body()
    }

    /// Groups can be changed by root alone: before the user is another one, or after it is root again.
    @discardableResult
    private func take() -> Bool {
        unsafe (geteuid() == 0 || seteuid(0) == 0) && setgroups(groups.count, groups) == 0 && setegid(group) == 0
            && seteuid(user) == 0
    }
}
