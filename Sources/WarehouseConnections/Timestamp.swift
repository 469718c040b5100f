import Glibc

/// A point in time as RFC 3339 writes it in UTC: `2026-04-17T10:00:00Z`, with up to six digits of fraction if it is not
/// zero. It keeps its spelling, so it comes back as it came.
public struct Timestamp: Hashable, Sendable {
    public let rawValue: String
    /// Without the fraction.
    public let secondsSince1970: Int

    /// The time that `text` spells, or nil if it has another form or does not exist in the calendar.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count == 20 || (22...27).contains(bytes.count), bytes[bytes.count - 1] == UInt8(ascii: "Z"),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = Self.number(bytes, 0..<4), let month = Self.number(bytes, 5..<7),
            let day = Self.number(bytes, 8..<10), let hour = Self.number(bytes, 11..<13),
            let minute = Self.number(bytes, 14..<16), let second = Self.number(bytes, 17..<19),
            (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), let fraction = Self.number(bytes, 20..<bytes.count - 1), fraction > 0
            else { return nil }
        }
        rawValue = text
        secondsSince1970 =
            ((Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        return value
    }

    /// Of the Gregorian calendar, counted in years that begin in March, so that a leap day is their last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // One whole cycle of 400 years later, so that nothing is negative.
        let year = year + 400 - (month < 3 ? 1 : 0)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468 - 146_097
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String { rawValue }
}

extension Timestamp: Comparable {
    /// Without the last character, `Z`, the order of the characters is that of the times.
    public static func < (earlier: Timestamp, later: Timestamp) -> Bool {
        earlier.rawValue.dropLast() < later.rawValue.dropLast()
    }
}

extension Timestamp {
    /// Whole seconds since 1970 in UTC, as the system counts them (time(2)).
    public struct Seconds: Hashable, Sendable {
        public let rawValue: Int

        public init(_ rawValue: Int) { self.rawValue = rawValue }

        public static var now: Seconds { Seconds(time(nil)) }
    }

    /// Whether it is then, or was before.
    public func isReached(at time: Seconds) -> Bool {
        let hasFraction = rawValue.utf8.count > 20
        return secondsSince1970 < time.rawValue || (secondsSince1970 == time.rawValue && !hasFraction)
    }

    /// The time so many seconds after this moment, to the second; nil beyond the year 9999.
    public init?(secondsFromNow seconds: Int = 0) {
        var time = time(nil)
        let (sum, isTooFar) = time.addingReportingOverflow(seconds)
        guard !isTooFar else { return nil }
        time = sum
        var fields = unsafe tm()
        var text = [CChar](repeating: 0, count: 32)
        guard unsafe gmtime_r(&time, &fields) != nil else { return nil }
        let length = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &fields)
        self.init(String(decoding: text[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
