/// A kind of data warehouse, and which fields connect to it.
public struct WarehouseType: Hashable, Sendable {
    /// One field of a type's configuration.
    public struct Field: Hashable, Sendable {
        /// The field's name in JSON and in the store.
        public let name: String
        /// Whether the value is a secret: then it is kept with the private keys and is in no answer and no store of
        /// connections.
        public let isSensitive: Bool

        public init(_ name: String, isSensitive: Bool = false) {
            self.name = name
            self.isSensitive = isSensitive
        }
    }

    /// The type's name in JSON and in the store.
    public let name: String
    /// Every field, in the order in which they are shown.
    public let fields: [Field]
    /// The names of the fields that may be shown, in order: the allow-list from which `config` is built.
    public let publicFields: [String]

    public init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
        publicFields = fields.filter { !$0.isSensitive }.map(\.name)
    }

    /// Snowflake, with the field names of its own documentation.
    public static let snowflake = WarehouseType(
        name: "snowflake",
        fields: ["account_identifier", "warehouse", "database", "schema", "role", "user"].map { Field($0) }
    )

    /// Every type that this version knows.
    public static let all = [snowflake]

    /// The type called `name`, or nil if this version does not know it.
    public static func named(_ name: String) -> WarehouseType? {
        all.first { $0.name == name }
    }
}
