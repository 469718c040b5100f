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
    static func snowflake(_ given: [String: String] = [:]) throws -> WarehouseConfiguration {
        let account = ["account_identifier": "xy12345.us-east-1"]
        return try WarehouseConfiguration(creating: .snowflake, given: account.merging(given) { $1 })
    }

    static func clickHouse(_ given: [String: String] = [:]) throws -> WarehouseConfiguration {
        let host = ["host": "ch.example.org"]
        return try WarehouseConfiguration(creating: .clickHouse, given: host.merging(given) { $1 })
    }
}
