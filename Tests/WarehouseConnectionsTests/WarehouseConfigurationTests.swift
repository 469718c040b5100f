import Testing
import WarehouseConnections

@Suite struct WarehouseConfigurationTests {
    @Test func takesTheValuesInTheTypesOrder() throws {
        let configuration = try WarehouseConfiguration(type: .snowflake) { .text("<\($0.name)>") }
        #expect(configuration.type == .snowflake)
        #expect(configuration.values == WarehouseType.snowflake.publicFields.map { .text("<\($0.name)>") })
        #expect(configuration["role"] == "<role>")
        #expect(configuration["password"] == nil)
    }

    @Test func neverAsksForASensitiveField() throws {
        var asked: [String] = []
        let configuration = try WarehouseConfiguration(type: .postbox) { field in
            asked.append(field.name)
            return field.defaultValue ?? .text("secret of \(field.name)")
        }
        #expect(asked == ["host", "user", "slots", "open"])
        #expect(configuration.values == ["secret of host", "nobody", 4, false])
    }

    @Test(arguments: WarehouseType.snowflake.publicFields.map(\.name))
    func refusesAMissingValue(field: String) {
        #expect(throws: InvalidValue("config.\(field)", "is missing")) {
            try WarehouseConfiguration(type: .snowflake) { $0.name == field ? nil : "x" }
        }
    }

    @Test(
        arguments: [
            ("user", 1, "is no string"), ("user", true, "is no string"), ("slots", "4", "is no integer"),
            ("slots", true, "is no integer"), ("open", "true", "is neither true nor false"),
            ("open", 1, "is neither true nor false"),
        ] as [(String, FieldValue, String)]
    )
    func refusesAValueOfAnotherKind(field: String, value: FieldValue, problem: String) {
        #expect(throws: InvalidValue("config.\(field)", problem)) {
            try WarehouseConfiguration(type: .postbox) { $0.name == field ? value : $0.defaultValue ?? "x" }
        }
    }

    @Test(arguments: ["\u{0}", "a\u{0}", "\u{0}a", "a\u{0}b"])
    func refusesANUL(value: String) {
        #expect(throws: InvalidValue("config.schema", "holds a NUL character")) {
            try WarehouseConfiguration(type: .snowflake) { $0.name == "schema" ? .text(value) : "x" }
        }
    }

    /// What was stored or imported before there were rules for operators comes back as it is.
    @Test(arguments: ["", " ", "flagsmith", "ACME \"PROD\"", "Événements", "\u{1}\u{7F}\n", "🎉", "PUBLIC\\"])
    func keepsAnyOtherText(value: String) throws {
        let configuration = try WarehouseConfiguration(type: .snowflake) { _ in .text(value) }
        #expect(configuration.values.allSatisfy { "\($0)".utf8.elementsEqual(value.utf8) })
        #expect(configuration.values.count == 6)
    }

    @Test(arguments: [Int64.min, -1, 0, 65_536, .max])
    func keepsAnyInteger(number: Int64) throws {
        let configuration = try WarehouseConfiguration(type: .postbox) {
            $0.name == "slots" ? .integer(number) : $0.defaultValue ?? "x"
        }
        #expect(configuration["slots"] == .integer(number))
    }
}
