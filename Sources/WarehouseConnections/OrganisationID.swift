/// A Flagsmith organisation: a positive 64-bit integer, written without sign and leading zeros.
public struct OrganisationID: Hashable, Sendable {
    /// From 1 to 2⁶³ − 1.
    public let rawValue: Int64

    /// The organisation, or nil if `rawValue` is not positive.
    public init?(_ rawValue: Int64) {
        guard rawValue > 0 else { return nil }
        self.rawValue = rawValue
    }

    /// The organisation that `text` spells as `[1-9][0-9]*`, or nil.
    public init?(_ text: String) { self.init(text.utf8.span) }

    /// The organisation that `text` spells in ASCII as `[1-9][0-9]*`, or nil.
    public init?(_ text: Span<UInt8>) {
        guard !text.isEmpty, text[0] != UInt8(ascii: "0") else { return nil }
        var number: Int64 = 0
        for index in text.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
            let (product, isTooMuch) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = product.addingReportingOverflow(Int64(text[index] - UInt8(ascii: "0")))
            guard !isTooMuch, !isTooLarge else { return nil }
            number = sum
        }
        rawValue = number
    }
}

extension OrganisationID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
