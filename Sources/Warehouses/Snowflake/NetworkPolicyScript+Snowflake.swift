import WarehouseConnections

extension NetworkPolicyScript {
    /// A rule lies in a schema, a policy in the account. Both have the user's name, so that two connections in an account
    /// do not share them. CREATE OR ALTER is what can be run again: a rule knows no IF NOT EXISTS, and a policy that a
    /// user has cannot be replaced.
    ///
    /// All of it is done by ACCOUNTADMIN: who sets a policy has to own policy and user, and who names a rule in a policy
    /// needs rights on the schema that it lies in.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/network-policies,
    /// https://docs.snowflake.com/en/sql-reference/sql/create-network-rule,
    /// https://docs.snowflake.com/en/sql-reference/sql/create-network-policy.
    static func snowflake(_ configuration: WarehouseConfiguration, _ addresses: [EgressAddress]) -> [String] {
        let names = Snowflake.Names(configuration)
        let values = addresses.map { Snowflake.literal($0.text) }.joined(separator: ", ")
        return [
            "-- Lets the user of Flagsmith sign in from the addresses below and from nowhere else, whatever the network policy",
            "-- of the account says. It changes nothing for other users.",
            "-- Who can run it: somebody with the role ACCOUNTADMIN, after the set-up script. It can be run again, with other",
            "-- addresses too. While an address is missing Flagsmith cannot sign in from there. To undo it:",
            "-- ALTER USER ... UNSET NETWORK_POLICY",
            "USE ROLE ACCOUNTADMIN;",
            "CREATE OR ALTER NETWORK RULE \(names.networkRule) TYPE = IPV4 VALUE_LIST = (\(values)) MODE = INGRESS;",
            "-- The policy has the name of the user. If you have another one with that name, give this one another name here",
            "-- and in the next line.",
            """
            CREATE OR ALTER NETWORK POLICY \(names.networkPolicy) \
            ALLOWED_NETWORK_RULE_LIST = (\(Snowflake.literal(names.networkRule)));
            """,
            "ALTER USER \(names.user) SET NETWORK_POLICY = \(names.networkPolicy);",
        ]
    }
}

extension Snowflake.Names {
    var networkPolicy: String { user }
    /// With database and schema.
    var networkRule: String { "\(schema).\(user)" }
}
