public import WarehouseConnections

/// The SQL that takes away what the set-up script made. What holds data, or may be shared, stays: those statements are
/// comments. It is made when it is asked for, and no part of a connection.
public struct TeardownScript: Sendable {
    public let text: String

    /// The script for a connection, or nil if its set-up script makes nothing that is known by name.
    ///
    /// - Throws: ``InvalidValue`` for a name that was imported and that no operator may give: a line break in it would end
    ///   a comment.
    public init?(for configuration: WarehouseConfiguration) throws(InvalidValue) {
        try configuration.check()
        let lines: [String] =
            switch configuration.type {
            case .snowflake: Self.snowflake(configuration)
            case .clickHouse: Self.clickHouse(configuration)
            default: []
            }
        guard !lines.isEmpty else { return nil }
        text = lines.underTitle
    }
}
