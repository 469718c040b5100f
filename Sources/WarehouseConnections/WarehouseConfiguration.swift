/// A warehouse type and a value for each of its public fields. It has no place for a sensitive one.
public struct WarehouseConfiguration: Sendable {
    public let type: WarehouseType
    /// The values of ``WarehouseType/publicFields``, in that order.
    public let values: [String]

    /// Takes the value of each public field of `type` from `value`, which knows nothing else to tell.
    ///
    /// The longest value, in bytes of UTF-8. Snowflake's identifiers have 255 characters at most.
    public static let longestValue = 1024

    /// - Throws: ``InvalidValue`` if a value is missing, is too long or holds a NUL.
    public init(type: WarehouseType, value: (String) -> String?) throws(InvalidValue) {
        var values: [String] = []
        values.reserveCapacity(type.publicFields.count)
        for field in type.publicFields {
            guard let value = value(field) else { throw InvalidValue("config.\(field)", "is missing") }
            values.append(try InvalidValue.checkText(value, "config.\(field)", atMost: Self.longestValue))
        }
        self.type = type
        self.values = values
    }
}
