extension WarehouseConfiguration {
    /// What an operator creates: a text for some of the public fields, by name; the others get their defaults.
    ///
    /// - Throws: ``InvalidValue`` with the name of the field that is unknown, sensitive, missing or breaks its rule.
    public init(creating type: WarehouseType, given: [String: String]) throws(InvalidValue) {
        let given = try Self.parse(given, for: type) { $0.defaultValue }
        for field in type.publicFields where given[field.name] == nil && field.isRequired {
            throw InvalidValue(field.name, "is missing")
        }
        try self.init(type: type) { given[$0.name] ?? $0.defaultValue }
    }

    /// The same configuration with a text for some of the public fields, by name; the others stay byte for byte.
    ///
    /// - Throws: ``InvalidValue`` with the name of the field that is unknown, sensitive or fixed, or breaks its rule,
    ///   even where it was imported so and is not given: the set-up script is made of all of them.
    public func updated(given: [String: String]) throws(InvalidValue) -> WarehouseConfiguration {
        // An imported value may break the rules for operators. If it is fixed, repeating it changes nothing.
        let given = given.filter { name, text in
            !type.publicFields.contains { $0.name == name && $0.isFixed && "\(self[name] ?? "")" == text }
        }
        let parsed = try Self.parse(given, for: type) { self[$0.name] }
        for (field, value) in zip(type.publicFields, values) {
            if let new = parsed[field.name] {
                // An imported value is not normalised.
                let isSame = new == value || (try? field.value(of: "\(value)")) == new
                guard isSame || !field.isFixed else {
                    throw InvalidValue(field.name, "cannot be changed: that would be a new connection")
                }
            } else {
                try field.check(value)
            }
        }
        return try WarehouseConfiguration(type: type) { parsed[$0.name] ?? self[$0.name] }
    }

    /// - Throws: ``InvalidValue`` for a value that was imported or stored and that no operator may give.
    public func check() throws(InvalidValue) {
        for (field, value) in zip(type.publicFields, values) { try field.check(value) }
    }

    /// - Parameter other: the value of a field that is not given.
    private static func parse(
        _ given: [String: String],
        for type: WarehouseType,
        other: (WarehouseType.Field) -> FieldValue?
    ) throws(InvalidValue) -> [String: FieldValue] {
        var values: [String: FieldValue] = [:]
        for (name, text) in given.sorted(by: { $0.key < $1.key }) {
            guard let field = type.fields.first(where: { $0.name == name }) else {
                throw InvalidValue(name, "is no field of \(type.name)")
            }
            guard !field.isSensitive else { throw InvalidValue(name, "is a secret, which no configuration holds") }
            values[name] = try field.value(of: text)
        }
        for field in type.publicFields {
            guard let text = given[field.name] else { continue }
            for (name, value) in field.valuesOfOtherFields(in: text) {
                let agrees = type.publicFields.contains { $0.name == name && (values[name] ?? other($0)) == value }
                guard agrees else {
                    throw InvalidValue(
                        field.name,
                        "has another \(name) in it than the field \(name) or its default: give both alike"
                    )
                }
            }
        }
        return values
    }
}
