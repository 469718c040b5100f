/// How far a warehouse connection has come.
public enum ConnectionStatus: String, CaseIterable, Sendable {
    /// The customer has not run the set-up script, or it was never tested.
    case pendingCustomerSetup = "pending_customer_setup"
    /// The latest test succeeded.
    case connected
    /// The latest test failed; see ``WarehouseConnection/lastError``.
    case error
}
