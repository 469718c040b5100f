import Testing
import WarehouseConnections

extension TimestampTests {
    @Test(arguments: [
        ("2026-04-17T10:00:00Z", "2026-04-17T10:00:00.000001Z"),
        ("2026-04-17T10:00:00.25Z", "2026-04-17T10:00:00.5Z"),
        ("2026-04-17T10:00:00.999999Z", "2026-04-17T10:00:01Z"),
        ("2026-04-17T10:00:59Z", "2026-04-17T10:01:00Z"),
        ("1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z"),
    ])
    func isOrderedInTime(earlier: String, later: String) throws {
        let (earlier, later) = (try #require(Timestamp(earlier)), try #require(Timestamp(later)))
        #expect(earlier < later)
        #expect(!(later < earlier))
        #expect(!(earlier < earlier))
    }

    @Test
    func tellsTheTime() throws {
        let now = try #require(Timestamp(secondsFromNow: 0))
        #expect(now.rawValue > "2026-01-01T00:00:00Z")
        #expect(try #require(Timestamp(secondsFromNow: -1)) < now)
        #expect(try #require(Timestamp(secondsFromNow: 60)) > now)
        #expect(Timestamp(secondsFromNow: .max) == nil)
        #expect(Timestamp(secondsFromNow: 300_000_000_000) == nil)
    }
}
