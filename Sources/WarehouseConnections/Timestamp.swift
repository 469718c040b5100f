import Glibc

/// A point in time as RFC 3339 writes it in UTC: `2026-04-17T10:00:00Z`, with up to six digits of fraction if it is not
/// zero. It keeps its spelling, so it comes back as it came.
public struct Timestamp: Hashable, Sendable {
    public let rawValue: String

    /// The time that `text` spells, or nil if it has another form or does not exist in the calendar.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 || (22...27).contains(bytes.count), bytes.last == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        if bytes.count > 20 {
            guard bytes[19] == UInt8(ascii: "."), let fraction = number(20..<bytes.count - 1), fraction > 0
            else { return nil }
        }
        rawValue = text
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
