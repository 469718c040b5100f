import Testing
import WarehouseConnections

@Suite struct WarehouseConnectionTests {
    @Test func refusesANULInItsTexts() {
        #expect(throws: InvalidValue("setup_script", "holds a NUL character")) {
            try WarehouseConnection.mock(setupScript: "SELECT\u{0} 1")
        }
        #expect(throws: InvalidValue("last_error", "holds a NUL character")) {
            try WarehouseConnection.mock(lastTestedAt: "2026-04-17T10:05:00Z", lastError: "broken\u{0}")
        }
    }

    @Test func refusesAnErrorWithoutATest() {
        #expect(throws: InvalidValue("last_error", "needs last_tested_at")) {
            try WarehouseConnection.mock(lastTestedAt: nil, lastError: "broken")
        }
    }

    @Test(arguments: [
        String(repeating: "x", count: 8192), String(repeating: "é", count: 4096), String(repeating: "🎉", count: 2048),
    ])
    func limitsTheErrorTo8KiBOfUTF8(longest: String) throws {
        let connection = try WarehouseConnection.mock(lastTestedAt: "2026-04-17T10:05:00Z", lastError: longest)
        #expect(connection.lastError == longest)
        #expect(throws: InvalidValue("last_error", "has more than 8192 bytes")) {
            try WarehouseConnection.mock(lastTestedAt: "2026-04-17T10:05:00Z", lastError: longest + "x")
        }
    }

    @Test func acceptsATestWithoutAnError() throws {
        let connection = try WarehouseConnection.mock(lastTestedAt: "2026-04-17T10:05:00Z", lastError: nil)
        #expect(connection.lastTestedAt == Timestamp("2026-04-17T10:05:00Z"))
        #expect(connection.lastError == nil)
    }

    @Test func saysWhatIsWrongWithAValue() {
        #expect(InvalidValue("last_error", "needs last_tested_at").description == "last_error needs last_tested_at")
    }
}
