import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import WarehouseConnections

/// ClickHouse over its HTTP interface.
///
/// Source: https://clickhouse.com/docs/interfaces/http.
enum ClickHouse {
    /// Where a test writes one row. It keeps nothing: its engine throws every row away, and no right to drop is needed.
    static let testTable = "flagsmith_connection_test"

    /// What a test tries, in this order.
    enum Step: String, CaseIterable {
        case read
        case create
        case insert

        func statement(_ table: String) -> String {
            switch self {
            case .read: "SELECT 1"
            case .create: "CREATE TABLE IF NOT EXISTS \(table) (at DateTime) ENGINE = Null"
            case .insert: "INSERT INTO \(table) (at) VALUES (now())"
            }
        }
    }

    /// Finds the host's address, refuses one that is not public, and takes one step after the other on that address.
    ///
    /// - Throws: ``TestFailure`` of the first that fails.
    static func test(
        _ configuration: WarehouseConfiguration,
        password: String,
        _ settings: NetworkSettings
    ) async throws {
        func value(_ field: String) -> String { "\(configuration[field] ?? "")" }
        let host = value("host").lowercased()
        let found = try await within(settings.timeout) {
            try await HostResolver.system.address(of: host, allowingPrivate: settings.allowsPrivateHosts)
        }
        guard let address = found else {
            throw TestFailure("\(host): no address within \(settings.timeout.components.seconds) s")
        }
        let isSecure = configuration["secure"] == .boolean(true)
        // TLS has to know the name; without it nobody has to, a proxy that would look it up again least of all.
        let authority = "\((isSecure ? host : address).inURL):\(value("port"))"
        let url = "\(isSecure ? "https" : "http")://\(authority)/"
        let table = "\(quoted(value("database"))).\(quoted(testTable))"
        try await WarehouseClient.with(settings, addresses: IPAddress(host) == nil ? [host: address] : [:]) { client in
            for step in Step.allCases {
                var request = HTTPClientRequest(url: url)
                request.method = .POST
                request.headers = [
                    "Host": "\(host.inURL):\(value("port"))",
                    "X-ClickHouse-User": value("username"),
                    "X-ClickHouse-Key": password,
                    "X-ClickHouse-Database": value("database"),
                ]
                request.body = .bytes(ByteBuffer(string: step.statement(table)))
                do {
                    try check(try await client.send(request), step)
                } catch let failure as TestFailure {
                    throw TestFailure(
                        failure.text,
                        code: failure.code,
                        step: step.rawValue,
                        advice: failure.code.flatMap { advice(on: $0, value("database"), value("username")) },
                        isOfSignIn: failure.code.map(codesOfSignIn.contains) ?? false
                    )
                }
            }
        }
    }

    private static func check(_ answer: WarehouseAnswer, _ step: Step) throws(TestFailure) {
        let code = answer.headers.first(name: "X-ClickHouse-Exception-Code")
        // A statement of a replicated database answers with the state of each host.
        let isExpected = step != .read || answer.rawText == "1\n"
        let isException = code != nil || answer.rawText.contains("DB::Exception")
        guard answer.status == 200, isExpected, !isException else {
            let words = answer.text.trimmingSuffix { $0.isNewline }
            guard isException else {
                throw TestFailure("HTTP \(answer.status): an answer that is not ClickHouse's: \(words)")
            }
            throw TestFailure(words, code: code)
        }
    }

    /// No such user, a wrong password, and the one for either.
    private static let codesOfSignIn = ["192", "193", "194", "516"]

    /// Source: https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp.
    private static func advice(on code: String, _ database: String, _ user: String) -> String? {
        switch code {
        case "81": "the database is missing: the customer runs the set-up script (warehousectl show)"
        case "164": "the user may only read: the customer gives it a profile without readonly"
        case "192", "193", "194", "516": "user or password is wrong: warehousectl update --username … --password-file …"
        case "497":
            """
            the user may not do that: GRANT SELECT, INSERT, CREATE TABLE ON \(quoted(database)).* TO \(quoted(user));
            """
        default: nil
        }
    }

    static func quoted(_ name: String) -> String { name.quoted(with: "\"", doubling: "\\") }
}

extension String {
    /// An IPv6 address in brackets, as a URL has it; anything else as it is.
    fileprivate var inURL: String { contains(":") ? "[\(self)]" : self }

    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
