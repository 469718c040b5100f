import Foundation
import TestSupport

/// A program of `warehouses/` that stands in for a warehouse, on a port of the loopback.
struct WarehouseStandIn {
    let port: Int
    private let directory: TemporaryDirectory

    var url: String { "https://localhost:\(port)" }

    /// Certificates that the stand-in's own is signed by.
    static func authorities(_ directory: TemporaryDirectory) -> String { directory("certificate.pem") }

    /// Runs `name` while `body` works with it.
    ///
    /// - Parameters:
    ///   - directory: gets its certificate, its state and its log.
    ///   - state: what a JSON object can hold.
    ///   - words: more arguments.
    static func with<Result: Sendable>(
        _ name: String,
        in directory: TemporaryDirectory,
        state: [String: Any]? = nil,
        isSecure: Bool = true,
        words: [String] = [],
        _ body: (WarehouseStandIn) async throws -> Result
    ) async throws -> Result {
        let certificate = authorities(directory)
        if !FileManager.default.fileExists(atPath: certificate) { try await makeCertificate(in: directory) }
        let output = directory("\(name).out")
        let standIn = { WarehouseStandIn(port: $0, directory: directory) }
        var arguments = ["--log", directory("\(name).log")] + words
        if isSecure { arguments += ["--certificate", certificate, "--key", directory("certificate.key")] }
        if let state {
            try standIn(0).set(state)
            arguments += ["--state", directory("state.json")]
        }
        let program = Fixture.project + "Tests/EndToEndTests/warehouses/\(name).py"
        return try await Program.withRunning(program, arguments, log: output) { _ in
            let port = try await eventually {
                try String(contentsOfFile: output, encoding: .utf8).firstMatch(of: /listening ([0-9]+)/).flatMap {
                    Int($0.1)
                }
            }
            return try await body(standIn(port))
        }.result
    }

    /// - Parameters:
    ///   - names: what it is for.
    ///   - day: the one on which it is made, and good for. Not now: the second may not have begun when it is looked at.
    static func makeCertificate(
        in directory: TemporaryDirectory,
        names: String = "DNS:localhost,DNS:ch.example.com,IP:127.0.0.1",
        day: String = "-1 hour"
    ) async throws {
        let made = try await Program.run(
            "faketime",
            [
                day, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                "-addext",
                "subjectAltName=\(names)", "-keyout", directory("certificate.key"), "-out", authorities(directory),
            ]
        )
        guard made.exitCode == 0 else { throw Failure(reason: made.error) }
    }

    func set(_ state: [String: Any]) throws {
        try JSONSerialization.data(withJSONObject: state).write(
            to: URL(filePath: directory("state.json")),
            options: .atomic
        )
    }

    /// What the stand-in `name` has logged of requests, in their order.
    static func requests(_ name: String, in directory: TemporaryDirectory) throws -> [[String: String]] {
        let log = (try? String(contentsOfFile: directory("\(name).log"), encoding: .utf8)) ?? ""
        return try log.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return object.mapValues { "\($0)" }
        }
    }

    struct Failure: Error {
        let reason: String
    }
}
