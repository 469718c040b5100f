/// The identity of a warehouse connection: `wc_` and 1 to 61 of `[A-Za-z0-9]`.
public struct ConnectionID: Hashable, Sendable {
    public let rawValue: String

    /// The identity that `text` spells, or nil.
    public init?(_ text: String) { self.init(text.utf8.span) }

    /// The identity that `text` spells in ASCII, or nil.
    public init?(_ text: Span<UInt8>) {
        guard (4...64).contains(text.count), text.hasPrefix("wc_") else { return nil }
        for index in 3..<text.count where !Alphanumeric.contains(text[index]) { return nil }
        rawValue = unsafe String(copying: UTF8Span(unchecked: text))
    }

    /// A new one, `wc_` and 16 characters: 62¹⁶ are possible, and none is made twice.
    public static func random() -> ConnectionID { ConnectionID(random: "wc_" + Alphanumeric.random(count: 16)) }

    private init(random rawValue: String) { self.rawValue = rawValue }
}

extension ConnectionID: CustomStringConvertible {
    public var description: String { rawValue }
}
