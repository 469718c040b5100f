import WarehouseConnections

/// An account of Snowflake by its identifier: `<organisation>-<account>`, or a locator such as `xy12345.us-east-1.aws`.
struct SnowflakeAccount {
    /// The host of its URL.
    let host: String
    /// What a token calls it: without region and cloud, in capital letters.
    ///
    /// Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating, the example in Python, and
    /// snowflake-connector-python, `AuthByKeyPair.prepare`.
    let name: String

    init(_ text: String) {
        let identifier = AccountIdentifier(text)
        host = identifier.host
        // Of a replicated account, `account-group.global`, the group is no part of the name; without one it is all of it.
        let isGlobal = identifier.labels.dropFirst().contains("global")
        let whole = identifier.labels.joined(separator: ".")
        name = whole.prefix { $0 != (isGlobal ? "-" : ".") }.uppercased()
    }
}
