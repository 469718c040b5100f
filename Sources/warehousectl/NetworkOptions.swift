import ArgumentParser
import Foundation
import Glibc
import Sysexits
import Warehouses

/// How a command reaches warehouses.
struct NetworkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Certificate authorities in PEM to trust instead of the system's.", valueName: "file")
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            """
            An HTTP proxy, as http://[<user>:<password>@]<host>:<port>, for every host. Without this option HTTPS_PROXY \
            names the proxy, and NO_PROXY the hosts that are reached directly. Options are visible in the list of \
            processes: put a password into HTTPS_PROXY.
            """,
            valueName: "url"
        )
    )
    var proxy: String?

    @Option(help: ArgumentHelp("Ask this server instead of each Snowflake account: for tests.", valueName: "url"))
    var baseURL: String?

    @Flag(help: "Allow a ClickHouse host on this machine or in its network.")
    var allowPrivateHost = false

    /// - Throws: ``ProgramFailure``: 64 for a wrong option, 66 for a file without certificates, 78 for a wrong variable.
    func settings(timeout: Duration) throws(ProgramFailure) -> NetworkSettings {
        let environment = ProcessInfo.processInfo.environment
        // libcurl would write the keys of each connection to that file.
        _ = unsafe unsetenv("SSLKEYLOGFILE")
        let snowflake = try baseURL.map { text throws(ProgramFailure) in
            guard let server = Self.server(text) else {
                throw ProgramFailure(.usage, "--base-url: expected https://<host>:<port> and nothing else")
            }
            return server
        }
        let proxy = try proxy(environment)
        do {
            return try NetworkSettings(
                authoritiesFile: caFile,
                proxy: proxy,
                proxyExceptions: ProxyExceptions(
                    self.proxy == nil ? environment["no_proxy"] ?? environment["NO_PROXY"] ?? "" : ""
                ),
                snowflake: snowflake,
                allowsPrivateHosts: allowPrivateHost,
                timeout: timeout
            )
        } catch {
            throw ProgramFailure(.noInput, "--ca-file \(error.text)")
        }
    }

    /// The variables in the order in which curl(1) looks at them.
    private func proxy(_ environment: [String: String]) throws(ProgramFailure) -> Proxy? {
        let expected = "expected http://[<user>:<password>@]<host>:<port> and nothing else"
        if let text = proxy {
            guard let proxy = Proxy(text) else { throw ProgramFailure(.usage, "--proxy: \(expected)") }
            return proxy
        }
        for name in ["https_proxy", "HTTPS_PROXY"] {
            guard let text = environment[name], !text.isEmpty else { continue }
            guard let proxy = Proxy(text) else { throw ProgramFailure(.configuration, "\(name): \(expected)") }
            return proxy
        }
        return nil
    }

    private static func server(_ text: String) -> (host: String, port: Int)? {
        guard let parts = URLComponents(string: text), parts.scheme == "https", let host = parts.host, !host.isEmpty,
            let port = parts.port, (1...65_535).contains(port), text == "https://\(host):\(port)"
        else { return nil }
        return (host, port)
    }
}
