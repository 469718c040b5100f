/// The identity of an API key: 12 of `[A-Za-z0-9]`. It is no secret.
public struct KeyID: Hashable, Sendable {
    public let rawValue: String

    /// The identity that `text` spells, or nil.
    public init?(_ text: String) { self.init(text.utf8.span) }

    /// The identity that `text` spells in ASCII, or nil.
    init?(_ text: Span<UInt8>) {
        guard text.count == 12, text.indices.allSatisfy({ Alphanumeric.contains(text[$0]) }) else { return nil }
        rawValue = unsafe String(copying: UTF8Span(unchecked: text))
    }

    /// A new one: 62¹² are possible.
    static func random() -> KeyID { KeyID(random: Alphanumeric.random(count: 12)) }

    private init(random rawValue: String) { self.rawValue = rawValue }
}

extension KeyID: CustomStringConvertible {
    public var description: String { rawValue }
}
