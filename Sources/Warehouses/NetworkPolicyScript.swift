public import WarehouseConnections

/// The SQL that lets a connection's user sign in from this service's addresses and from nowhere else. It is made when it
/// is asked for, and no part of a connection: a wrong address locks the user out.
public struct NetworkPolicyScript: Sendable {
    public let text: String

    /// The script for a connection, or nil if its warehouse has no such policies.
    ///
    /// - Throws: ``InvalidValue`` for a name that was imported and that no operator may give.
    public init?(
        for configuration: WarehouseConfiguration,
        allowing addresses: [EgressAddress]
    ) throws(InvalidValue) {
        try configuration.check()
        guard configuration.type == .snowflake else { return nil }
        text = Self.snowflake(configuration, addresses).underTitle
    }
}
