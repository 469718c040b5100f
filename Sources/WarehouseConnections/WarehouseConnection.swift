/// An organisation's connection to its data warehouse. Every member may be shown: secrets have no place here.
public struct WarehouseConnection: Sendable {
    public let id: ConnectionID
    public let status: ConnectionStatus
    public let configuration: WarehouseConfiguration
    /// Nil for a warehouse type without a key pair.
    public let publicKey: PublicKey?
    /// The SQL that the customer runs, as it was made when the connection was created or changed.
    public let setupScript: String?
    public let createdAt: Timestamp
    /// Nil if never tested.
    public let lastTestedAt: Timestamp?
    /// The warehouse's own words if the latest test failed: at most ``longestError`` bytes of UTF-8.
    public let lastError: String?

    /// In bytes: 8 KiB.
    public static let longestError = 8192
    /// In bytes: 64 KiB, so that nginx can hold any answer in memory and a slow reader keeps no thread here.
    public static let longestScript = 65_536

    /// - Throws: ``InvalidValue`` for a text with a NUL, an error without a test, or one that is too long.
    public init(
        id: ConnectionID,
        status: ConnectionStatus,
        configuration: WarehouseConfiguration,
        publicKey: PublicKey?,
        setupScript: String?,
        createdAt: Timestamp,
        lastTestedAt: Timestamp?,
        lastError: String?
    ) throws(InvalidValue) {
        if let setupScript { _ = try InvalidValue.checkText(setupScript, "setup_script", atMost: Self.longestScript) }
        if let lastError {
            _ = try InvalidValue.checkText(lastError, "last_error", atMost: Self.longestError)
            if lastTestedAt == nil { throw InvalidValue("last_error", "needs last_tested_at") }
        }
        self.id = id
        self.status = status
        self.configuration = configuration
        self.publicKey = publicKey
        self.setupScript = setupScript
        self.createdAt = createdAt
        self.lastTestedAt = lastTestedAt
        self.lastError = lastError
    }

    /// The same connection after a test.
    ///
    /// - Parameters:
    ///   - error: nil if it passed.
    ///   - isOfSignIn: whether the warehouse does not know who signs in. As long as the connection waits for the customer,
    ///     that is no news: they have not run the set-up script.
    public func tested(
        at time: Timestamp,
        error: String?,
        isOfSignIn: Bool = false
    ) throws(InvalidValue) -> WarehouseConnection {
        try WarehouseConnection(
            id: id,
            status: error == nil
                ? .connected : status == .pendingCustomerSetup && isOfSignIn ? .pendingCustomerSetup : .error,
            configuration: configuration,
            publicKey: publicKey,
            setupScript: setupScript,
            createdAt: createdAt,
            lastTestedAt: time,
            lastError: error
        )
    }

    /// The same connection with another set-up script.
    public func with(setupScript: String?) throws(InvalidValue) -> WarehouseConnection {
        try WarehouseConnection(
            id: id,
            status: status,
            configuration: configuration,
            publicKey: publicKey,
            setupScript: setupScript,
            createdAt: createdAt,
            lastTestedAt: lastTestedAt,
            lastError: lastError
        )
    }
}
