import Foundation
import TestSupport

/// The whole service: nginx with TLS in front of a responder, on a free port.
struct Site {
    let workplace: Workplace
    let port: Int

    /// Runs the service while `body` works with it.
    static func with<Result: Sendable>(_ body: (Site) async throws -> Result) async throws -> Result {
        let workplace = try await Workplace()
        return try await workplace.withResponder { _ in try await withNginx(workplace, body) }.result
    }

    /// Runs nginx alone, configured for the responder of `workplace`.
    static func withNginx<Result: Sendable>(
        _ workplace: Workplace,
        _ body: (Site) async throws -> Result
    ) async throws -> Result {
        let site = Site(workplace: workplace, port: try freePort())
        let directory = workplace.directory("nginx")
        let prepared = try await Program.run(
            Fixture.project + "deploy/local-nginx.sh",
            [directory, "\(site.port)", workplace.socket]
        )
        guard prepared.exitCode == 0 else { throw Failure(reason: prepared.error) }
        let arguments = ["-p", directory, "-e", directory + "/error.log", "-c", directory + "/nginx.conf"]
        return try await Program.withRunning("nginx", arguments, log: workplace.directory("nginx.log")) { _ in
            _ = try await eventually { try await site.curl("/").exitCode == 0 ? true : nil }
            return try await body(site)
        }.result
    }

    /// curl's answer to a request for `target`, sent as it is, with the key of `organisation`.
    func curl(_ target: String, _ options: [String] = [], key organisation: Int? = 1) async throws -> Outcome {
        let credentials = workplace.credentials(of: organisation).flatMap { ["--header", "Authorization: \($0.1)"] }
        return try await Program.run(
            "curl",
            ["--silent", "--path-as-is", "--cacert", workplace.directory("nginx/localhost.crt")] + credentials + options
                + ["https://localhost:\(port)\(target)"]
        )
    }

    /// A port that nobody listens on: the system's choice, given back at once.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { throw Failure(reason: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    struct Failure: Error {
        let reason: String
    }
}
