/// A warehouse type and a value for each of its public fields. It has no place for a sensitive one.
public struct WarehouseConfiguration: Hashable, Sendable {
    public let type: WarehouseType
    /// The values of ``WarehouseType/publicFields``, in that order.
    public let values: [String]

    /// Takes the value of each public field of `type` from `value`, which knows nothing else to tell.
    ///
    /// - Throws: ``InvalidValue`` if a value is missing or holds a NUL.
    public init(type: WarehouseType, value: (String) -> String?) throws(InvalidValue) {
        var values: [String] = []
        values.reserveCapacity(type.publicFields.count)
        for field in type.publicFields {
            guard let value = value(field) else { throw InvalidValue("config.\(field)", "is missing") }
            values.append(try InvalidValue.checkText(value, "config.\(field)"))
        }
        self.type = type
        self.values = values
    }
}
