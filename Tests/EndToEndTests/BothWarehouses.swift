import Foundation
import TestSupport

/// An office with a connection to ClickHouse (organisation 4) and one to Snowflake (organisation 5), both at the same host
/// and port: what can be wrong on the way is the same for both.
struct BothWarehouses {
    let office: Office
    private let url: String

    /// - Parameter isSecure: whether the ClickHouse connection is with TLS.
    init(host: String, port: Int, isSecure: Bool = true) async throws {
        office = try await Office()
        url = "https://\(host):\(port)"
        try await office.run(
            "create",
            [
                "--organisation", "4", "--type", "clickhouse", "--host", host, "--port", "\(port)", "--username",
                "loader", "--secure", "\(isSecure)", "--password-file", try office.passwordFile("pass wörd"),
            ]
        )
        try await office.run("create", "--organisation", "5", "--account-identifier", "xy12345")
    }

    /// Tests both.
    func test(
        _ fault: String,
        _ words: [String] = ["--allow-private-host"],
        timeout: String = "3s",
        run: (([String]) async throws -> Outcome)? = nil
    ) async throws -> [FaultReport] {
        let words = words + ["--timeout", timeout]
        return [
            try await FaultReport(fault, of: 4, in: office, words, run: run),
            try await FaultReport(fault, of: 5, in: office, words + ["--base-url", url], run: run),
        ]
    }
}
