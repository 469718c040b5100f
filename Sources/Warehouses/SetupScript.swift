public import WarehouseConnections

/// The SQL that the customer runs in their warehouse so that Flagsmith can load into it. It holds no secret, and running it
/// again changes nothing.
public struct SetupScript: Sendable {
    /// Lines with `\n` at their ends, the first of which is `-- Flagsmith Analytics`.
    ///
    /// Within ``WarehouseConnection/longestScript`` for any configuration that an operator creates.
    public let text: String

    /// The script for a connection, or nil if its warehouse type or these values need none.
    ///
    /// - Parameters:
    ///   - key: what the customer installs; nil leaves the statement out.
    ///   - password: what the user's password is to be checked with; nil if it was not made by this service.
    public init?(
        for configuration: WarehouseConfiguration,
        installing key: KeyInstallation?,
        password: PasswordVerifier? = nil
    ) {
        let lines: [String]? =
            switch configuration.type {
            case .snowflake: Self.snowflake(configuration, key)
            case .clickHouse: Self.clickHouse(configuration, password)
            default: nil
            }
        guard let lines, !lines.isEmpty else { return nil }
        // The names are in the statements only: a line break in one would end a comment.
        text = lines.underTitle
    }
}

extension [String] {
    /// The text of these lines, under the title that every script has.
    var underTitle: String { (["-- Flagsmith Analytics"] + self).map { $0 + "\n" }.joined() }
}
