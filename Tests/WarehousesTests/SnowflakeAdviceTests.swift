import Testing

@testable import Warehouses

@Suite struct SnowflakeAdviceTests {
    /// By how many seconds our clock is ahead. Tokens are refused from a minute on, and the answer's date is not exact.
    @Test(arguments: [(-3600, true), (-62, true), (-58, true), (-50, false), (0, false), (50, false), (62, true)])
    func takesASignInThatFailsForAWrongClock(seconds: Int, isClock: Bool) {
        let refused = TestFailure("JWT token is invalid.", code: "390144")
        let failure = Snowflake.failure(refused, withClockOffBy: .seconds(seconds))
        #expect((failure != nil) == isClock)
        #expect(failure.map { $0.cause == .service } != false)
        let other = TestFailure("SQL compilation error", code: "002003")
        #expect(Snowflake.failure(other, withClockOffBy: .seconds(seconds)) == nil)
    }

    @Test(arguments: [
        ("000999", "Warehouse 'W' is suspended.", Snowflake.Fault.suspendedWarehouse),
        ("000999", "Your account is suspended due to lack of payment method.", nil),
        ("000999", "User X is locked.", .blockedUser), ("000999", "User X: this client is blocked.", nil),
        ("390101", "User access disabled.", .blockedUser), ("390100", "Incorrect username or password.", .credential),
    ])
    func readsWhatIsMeant(code: String, words: String, expected: Snowflake.Fault?) {
        #expect(Snowflake.Fault(code: code, words, at: .warehouse) == expected)
    }
}
