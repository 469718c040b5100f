import Testing
import WarehouseConnections

extension WarehouseType {
    /// A made-up type with sensitive fields among the others.
    static let postbox = WarehouseType(
        name: "postbox",
        fields: [
            Field("token", isSensitive: true), Field("host"), Field("password", isSensitive: true), Field("user"),
        ]
    )
}

extension WarehouseConfiguration {
    static func mock(of type: WarehouseType = .snowflake) throws -> WarehouseConfiguration {
        try WarehouseConfiguration(type: type) { $0.hasPrefix("a") ? "an \($0)" : "a \($0)" }
    }
}

extension PublicKey {
    /// A key in form, with the characters of base64 that other encodings escape.
    static func mock() throws -> PublicKey {
        let modulus = String(repeating: "a+/", count: 227) + "bc"
        return try #require(PublicKey("MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA\(modulus)CAwEAAQ=="))
    }
}

extension WarehouseConnection {
    static func mock(
        id: String = "wc_abc123",
        status: ConnectionStatus = .connected,
        configuration: WarehouseConfiguration? = nil,
        publicKey: PublicKey? = nil,
        setupScript: String? = nil,
        createdAt: String = "2026-04-17T10:00:00Z",
        lastTestedAt: String? = nil,
        lastError: String? = nil
    ) throws -> WarehouseConnection {
        try WarehouseConnection(
            id: #require(ConnectionID(id)),
            status: status,
            configuration: configuration ?? .mock(),
            publicKey: publicKey,
            setupScript: setupScript,
            createdAt: #require(Timestamp(createdAt)),
            lastTestedAt: lastTestedAt.map { try #require(Timestamp($0)) },
            lastError: lastError
        )
    }
}
