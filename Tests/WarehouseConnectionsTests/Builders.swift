import Testing
import WarehouseConnections

extension WarehouseType {
    /// A made-up type with sensitive fields among the others, and one of each kind.
    static let postbox = WarehouseType(
        name: "postbox",
        hasKeyPair: false,
        fields: [
            Field("token", .text(.secret), help: "", isSensitive: true), Field("host", .text(.host), help: ""),
            Field("password", .text(.secret), help: "", isSensitive: true),
            Field("user", .text(.name), default: "nobody", help: ""),
            Field("slots", .integer(1...9), default: 4, help: ""), Field("open", .boolean, default: false, help: ""),
        ]
    )
}

extension WarehouseConfiguration {
    static func mock(of type: WarehouseType = .snowflake) throws -> WarehouseConfiguration {
        try WarehouseConfiguration(type: type) { field in
            switch field.kind {
            case .text: .text((field.name.hasPrefix("a") ? "an " : "a ") + field.name)
            case .integer: 0
            case .boolean: true
            }
        }
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
