/// An account of Snowflake by its identifier: `<organisation>-<account>`, or a locator such as `xy12345.us-east-1.aws`.
///
/// Source: https://docs.snowflake.com/en/user-guide/admin-account-identifier.
struct SnowflakeAccount {
    /// The host of its URL, where a host name has no underscore.
    let host: String
    /// What a token calls it: without region and cloud, in capital letters.
    ///
    /// Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating, the example in Python.
    let name: String

    init(_ identifier: String) {
        let labels = identifier.split(separator: ".")
        let isInChina = labels.dropFirst().contains { $0.lowercased().hasPrefix("cn-") }
        let domain = isInChina ? "snowflakecomputing.cn" : "snowflakecomputing.com"
        host = "\(identifier.lowercased().replacing("_", with: "-")).\(domain)"
        let first = labels.first ?? ""
        // Of a replicated account, `account-group.global`, the group is no part of the name either.
        let isGlobal = labels.dropFirst().contains { $0.lowercased() == "global" }
        name = String(isGlobal ? first.prefix { $0 != "-" } : first).uppercased()
    }
}
