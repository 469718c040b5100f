import FastCGI
import Foundation
import Logging
import Sysexits
import WarehouseAPI

/// What `warehoused` runs with: each value from its option, else from the environment, else its default.
struct Settings {
    static let defaultStore = "/var/lib/warehouse-connections/store.sqlite"

    var store: String
    var listen: ListeningAddress?
    var statusListen: ListeningAddress?
    var threads: Int
    var authoriser: Authoriser
    var cors: CORSPolicy
    var logLevel: Logger.Level
    var drainTimeout: Duration

    /// - Throws: ``ProgramFailure``: 64 for a wrong option, 78 for a wrong variable.
    init(
        _ options: Options,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ProgramFailure) {
        func setting<Value>(
            _ name: String,
            _ option: String?,
            _ expected: String,
            _ parse: (String) -> Value?
        ) throws(ProgramFailure) -> Value? {
            let variable = "WAREHOUSE_" + name.uppercased().replacing("-", with: "_")
            guard let text = option ?? environment[variable] else { return nil }
            if let value = parse(text) { return value }
            let (exit, source) = option != nil ? (Sysexit.usage, "--\(name)") : (.configuration, variable)
            throw ProgramFailure(exit, "\(source) \(text.withoutCredentials): expected \(expected)")
        }
        store = try setting("store", options.store, "a path", Self.path) ?? Self.defaultStore
        listen = try setting("listen", options.listen, "unix:<path> or <ip>:<port>") { ListeningAddress($0) }
        statusListen = try setting("status-listen", options.statusListen, "unix:<path> or <ip>:<port>") {
            ListeningAddress($0)
        }
        if let listen, listen == statusListen {
            let isOption = options.listen != nil || options.statusListen != nil
            throw ProgramFailure(
                isOption ? .usage : .configuration,
                "\(isOption ? "--status-listen" : "WAREHOUSE_STATUS_LISTEN") \(listen): connections are served there: "
                    + "give another address"
            )
        }
        threads =
            try setting("threads", options.threads, "a number from 1 to 1024") {
                Int($0).flatMap { (1...1024).contains($0) ? $0 : nil }
            } ?? max(4, 2 * ProcessInfo.processInfo.activeProcessorCount)
        authoriser =
            try setting("authorisation", options.authorisation, "keys or gateway") { Authoriser(rawValue: $0) } ?? .keys
        let origins = options.allowOrigin.isEmpty ? nil : options.allowOrigin.joined(separator: " ")
        cors = CORSPolicy(
            allowedOrigins: try setting("allow-origin", origins, "scheme://host[:port]", Self.origins) ?? []
        )
        logLevel =
            try setting("log-level", options.logLevel, "trace, debug, info, notice, warning, error or critical") {
                Logger.Level(rawValue: $0)
            } ?? .notice
        drainTimeout =
            try setting("drain-timeout", options.drainTimeout, "seconds from 0 to 3600") {
                Int($0).flatMap { (0...3600).contains($0) ? .seconds($0) : nil }
            } ?? .seconds(10)
    }

    private static func path(_ text: String) -> String? {
        text.isEmpty || text.contains("://") ? nil : text
    }

    /// Origins as browsers send them: scheme and host in lower case, no path (RFC 6454, section 6.2).
    private static func origins(_ text: String) -> [String]? {
        let origins = text.split(separator: " ").map(String.init)
        let areValid = origins.allSatisfy { $0.wholeMatch(of: #/https?://[a-z0-9.\-]+(:[0-9]{1,5})?/#) != nil }
        // None would be any origin.
        return areValid && !origins.isEmpty ? origins : nil
    }
}
