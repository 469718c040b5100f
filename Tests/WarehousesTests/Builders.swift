import Testing
import WarehouseConnections

extension PublicKey {
    /// A key in form, with the characters of base64 that other encodings escape.
    static func mock() throws -> PublicKey {
        let modulus = String(repeating: "a+/", count: 227) + "bc"
        return try #require(PublicKey("MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEA\(modulus)CAwEAAQ=="))
    }
}

extension WarehouseConfiguration {
    /// With `given` as it stands, as an import has it: a script must be right whatever the names are.
    static func snowflake(_ given: [String: String] = [:]) throws -> WarehouseConfiguration {
        try WarehouseConfiguration(creating: .snowflake, given: ["account_identifier": "xy12345.us-east-1"])
            .replacing(given)
    }

    /// With `given` as it stands.
    static func clickHouse(_ given: [String: String] = [:]) throws -> WarehouseConfiguration {
        try WarehouseConfiguration(creating: .clickHouse, given: ["host": "ch.example.org"]).replacing(given)
    }

    private func replacing(_ texts: [String: String]) throws -> WarehouseConfiguration {
        try WarehouseConfiguration(type: type) { field in texts[field.name].map { .text($0) } ?? self[field.name] }
    }
}
