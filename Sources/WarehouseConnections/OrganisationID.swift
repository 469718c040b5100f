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
    public init?(_ text: some StringProtocol) {
        guard let first = text.utf8.first, first != UInt8(ascii: "0"),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(text)
        else { return nil }
        rawValue = number
    }
}

extension OrganisationID: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
