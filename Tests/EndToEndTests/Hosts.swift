import Foundation
import TestSupport

/// A file that commands see in place of /etc/hosts, in a mount namespace of their own.
struct Hosts {
    private let file: String

    init(_ directory: TemporaryDirectory) throws {
        file = directory("hosts")
        try set("")
    }

    static func canBeSet() async throws -> Bool {
        try await Program.run("unshare", ["--mount", "--net", "mount", "--bind", "/etc/hosts", "/etc/hosts"]).exitCode
            == 0
    }

    func set(_ line: String) throws {
        try "127.0.0.1 localhost\n\(line)\n".write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// - Parameter hasNetwork: whether the command has this machine's, or one of its own that leads nowhere.
    func run(
        _ command: [String],
        environment: [String: String] = [:],
        hasNetwork: Bool = true
    ) async throws -> Outcome {
        let script = #"mount --bind "$0" /etc/hosts && exec "$@""#
        let namespaces = ["--mount"] + (hasNetwork ? [] : ["--net"])
        return try await Program.run(
            "unshare",
            namespaces + ["sh", "-c", script, file] + command,
            environment: Program.withoutProxy.merging(environment) { $1 }
        )
    }
}
