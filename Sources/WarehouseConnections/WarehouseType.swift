/// A kind of data warehouse, and which fields connect to it.
///
/// A new one takes a file with its fields, its name in ``all``, and a migration of the store that adds the name.
public struct WarehouseType: Hashable, Sendable {
    /// The type's name in JSON and in the store.
    public let name: String
    /// Whether Flagsmith proves who it is with a key pair, whose public half the customer installs.
    public let hasKeyPair: Bool
    /// Every field, in the order in which they are shown.
    public let fields: [Field]
    /// The fields that may be shown, in order: the allow-list from which `config` is built.
    public let publicFields: [Field]
    /// The fields that are kept with the private keys, in order.
    public let sensitiveFields: [Field]

    public init(name: String, hasKeyPair: Bool, fields: [Field]) {
        self.name = name
        self.hasKeyPair = hasKeyPair
        self.fields = fields
        publicFields = fields.filter { !$0.isSensitive }
        sensitiveFields = fields.filter(\.isSensitive)
    }

    /// Every type that this version knows.
    public static let all = [snowflake, clickHouse]

    /// The type called `name`, or nil if this version does not know it.
    public static func named(_ name: String) -> WarehouseType? {
        all.first { $0.name == name }
    }
}
