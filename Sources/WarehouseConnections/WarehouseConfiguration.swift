/// A warehouse type and a value for each of its public fields. It has no place for a sensitive one.
public struct WarehouseConfiguration: Sendable {
    public let type: WarehouseType
    /// The values of ``WarehouseType/publicFields``, in that order and of their kinds.
    public let values: [FieldValue]

    /// The longest text, in bytes of UTF-8. Snowflake's identifiers have 255 characters at most.
    public static let longestValue = 1024

    /// Takes the value of each public field of `type` from `value` as it is: from a store or an import.
    ///
    /// - Throws: ``InvalidValue`` if a value is missing, is of another kind, is too long or holds a NUL.
    public init(
        type: WarehouseType,
        value: (WarehouseType.Field) -> FieldValue?
    ) throws(InvalidValue) {
        var values: [FieldValue] = []
        values.reserveCapacity(type.publicFields.count)
        for field in type.publicFields {
            guard let value = value(field) else { throw InvalidValue("config.\(field.name)", "is missing") }
            switch (field.kind, value) {
            case (.text, .text(let text)):
                _ = try InvalidValue.checkText(text, "config.\(field.name)", atMost: Self.longestValue)
            case (.integer, .integer), (.boolean, .boolean): break
            default: throw InvalidValue("config.\(field.name)", field.kindProblem)
            }
            values.append(value)
        }
        self.type = type
        self.values = values
    }

    /// The value of the public field called `name`; nil if the type has none.
    public subscript(name: String) -> FieldValue? {
        type.publicFields.firstIndex { $0.name == name }.map { values[$0] }
    }
}
