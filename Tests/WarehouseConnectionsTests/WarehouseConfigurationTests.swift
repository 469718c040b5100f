import Testing
import WarehouseConnections

@Suite struct WarehouseConfigurationTests {
    @Test func takesTheValuesInTheTypesOrder() throws {
        let configuration = try WarehouseConfiguration(type: .snowflake) { "<\($0)>" }
        #expect(configuration.type == .snowflake)
        #expect(configuration.values == WarehouseType.snowflake.publicFields.map { "<\($0)>" })
    }

    @Test func neverAsksForASensitiveField() throws {
        var asked: [String] = []
        let configuration = try WarehouseConfiguration(type: .postbox) {
            asked.append($0)
            return "secret of \($0)"
        }
        #expect(asked == ["host", "user"])
        #expect(configuration.values == ["secret of host", "secret of user"])
    }

    @Test(arguments: WarehouseType.snowflake.publicFields)
    func refusesAMissingValue(field: String) {
        #expect(throws: InvalidValue("config.\(field)", "is missing")) {
            try WarehouseConfiguration(type: .snowflake) { $0 == field ? nil : "x" }
        }
    }

    @Test(arguments: ["\u{0}", "a\u{0}", "\u{0}a", "a\u{0}b"])
    func refusesANUL(value: String) {
        #expect(throws: InvalidValue("config.schema", "holds a NUL character")) {
            try WarehouseConfiguration(type: .snowflake) { $0 == "schema" ? value : "x" }
        }
    }

    @Test(arguments: ["", " ", "ACME \"PROD\"", "Événements", "\u{1}\u{7F}\n", "🎉"])
    func keepsAnyOtherText(value: String) throws {
        let configuration = try WarehouseConfiguration(type: .snowflake) { _ in value }
        #expect(configuration.values.allSatisfy { $0.utf8.elementsEqual(value.utf8) })
        #expect(configuration.values.count == 6)
    }
}
