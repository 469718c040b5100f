import ArgumentParser
import Foundation
import Sysexits
import Warehouses

/// How a command reaches warehouses.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Certificate authorities in PEM to trust instead of the system's.", valueName: "file")
    )
    var caFile: String?

    @Option(help: ArgumentHelp("An HTTP proxy, as http://<host>:<port>.", valueName: "url"))
    var proxy: String?

    @Option(help: ArgumentHelp("Ask this server instead of each Snowflake account: for tests.", valueName: "url"))
    var baseURL: String?

    @Flag(help: "Allow a ClickHouse host on this machine or in its network.")
    var allowPrivateHost = false

    /// - Throws: ``ProgramFailure``: 64 for a wrong option, 66 for a file without certificates.
    func settings(timeout: Duration) throws(ProgramFailure) -> NetworkSettings {
        if let baseURL, Self.server(baseURL, scheme: "https") == nil {
            throw ProgramFailure(.usage, "--base-url: expected https://<host>:<port> and nothing else")
        }
        let proxy = try proxy.map { text throws(ProgramFailure) in
            // A password among the arguments would be in the list of processes.
            guard let server = Self.server(text, scheme: "http") else {
                throw ProgramFailure(.usage, "--proxy: expected http://<host>:<port> and nothing else")
            }
            return server
        }
        do {
            return try NetworkSettings(
                authoritiesFile: caFile,
                proxy: proxy,
                snowflakeURL: baseURL,
                allowsPrivateHosts: allowPrivateHost,
                timeout: timeout
            )
        } catch {
            throw ProgramFailure(.noInput, "--ca-file \(error.text)")
        }
    }

    private static func server(_ text: String, scheme: String) -> (host: String, port: Int)? {
        guard let parts = URLComponents(string: text), parts.scheme == scheme, let host = parts.host, !host.isEmpty,
            let port = parts.port, (1...65_535).contains(port), text == "\(scheme)://\(host):\(port)"
        else { return nil }
        return (host, port)
    }
}
