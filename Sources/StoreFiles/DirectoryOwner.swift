import Foundation
import Glibc

/// Runs `body` with the user, the group and the groups of the owner of the directory in which `path` lies, if root runs
/// this program; otherwise as it is.
///
/// That owner could put a link there between two looks, which root would follow, and SQLite gives a log to the owner of
/// its store whatever the log's name leads to. With their own rights they gain nothing. What is made is theirs from the
/// start. Where the name is a link, either directory's owner could do that, so the rights are of the first that is not
/// root.
///
/// Inside of `body` the rights stay as they are: a name that was resolved tells no more whose link it was. The rights of
/// a process are those of all its threads, so one thread at a time has others than root's.
package func asOwner<Result>(ofDirectoryOf path: String, _ body: () throws -> Result) throws -> Result {
    guard getuid() == 0, let owner = ownerOfDirectory(of: path) else { return try body() }
    changing.lock()
    defer { changing.unlock() }
    guard geteuid() == 0 else { return try body() }
    let before = Rights.ofRoot
    try Rights(of: owner).take(for: path)
    defer { try? before.take(for: path) }
    return try body()
}

/// Runs `body` with the rights that this program was started with, also inside of ``asOwner(ofDirectoryOf:_:)``: for a file
/// whose name is the caller's own.
package func asCaller<Result>(_ body: () throws -> Result) throws -> Result {
    guard getuid() == 0 else { return try body() }
    changing.lock()
    defer { changing.unlock() }
    guard geteuid() != 0 else { return try body() }
    let before = Rights.current
    try Rights.ofRoot.take(for: "/")
    defer { try? before.take(for: "/") }
    return try body()
}

/// Recursive, because `body` may get here again.
private let changing = NSRecursiveLock()

/// Nil for root's. Of two directories the first that is not root's: that of the name, and that of what a link leads to.
private func ownerOfDirectory(of path: String) -> stat? {
    for file in [path, withoutLinks(path)] {
        var status = stat()
        if unsafe stat(directory(of: file), &status) == 0, status.st_uid != 0 { return status }
    }
    return nil
}

private struct Rights {
    /// As they were at the start.
    static let ofRoot = Rights(user: 0, group: getgid(), groups: currentGroups)

    private let user: uid_t
    private let group: gid_t
    private let groups: [gid_t]

    static var current: Rights { Rights(user: geteuid(), group: getegid(), groups: currentGroups) }

    private static var currentGroups: [gid_t] {
        var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
        let count = unsafe getgroups(CInt(groups.count), &groups)
        return Array(groups.prefix(max(0, Int(count))))
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

    /// Groups can be changed by root alone: before the user is another one, or after it is root again.
    func take(for path: String) throws {
        guard geteuid() == 0 || seteuid(0) == 0, unsafe setgroups(groups.count, groups) == 0, setegid(group) == 0,
            seteuid(user) == 0
        else { throw RightsError(file: path, user: user, reason: reason(errno)) }
    }
}

/// Root could not take the rights of a directory's owner.
private struct RightsError: Error, CustomStringConvertible {
    let file: String
    let user: uid_t
    let reason: String

    var description: String { "root cannot take the rights of user \(user), who owns its directory: \(reason)" }
}
