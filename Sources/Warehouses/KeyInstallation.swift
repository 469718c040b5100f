public import WarehouseConnections

/// Which public key a set-up script installs, and whether the one before it stays.
///
/// Snowflake has room for two keys, so that one can be tried while the other still works.
///
/// Source: https://docs.snowflake.com/en/user-guide/key-pair-auth, "Configuring key-pair rotation".
public struct KeyInstallation: Sendable {
    public let publicKey: PublicKey
    /// From 1, for a connection's first key, then 2, 3, …: each takes the place that the one before it does not have.
    public let generation: Int
    /// Whether the key before it, if there was one, goes on working until a rotation is finished.
    public let keepsPredecessor: Bool
    /// The key before it; nil if there is none, or it is not known.
    public let predecessor: PublicKey?

    public init(
        _ publicKey: PublicKey,
        generation: Int = 1,
        keepsPredecessor: Bool = false,
        predecessor: PublicKey? = nil
    ) {
        self.publicKey = publicKey
        self.generation = max(1, generation)
        self.keepsPredecessor = keepsPredecessor
        self.predecessor = predecessor
    }
}
