/// The identity of an API key: 12 of `[A-Za-z0-9]`. It is no secret.
public struct KeyID: Hashable, Sendable {
    public let rawValue: String

    /// The identity that `text` spells, or nil.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 12, text.utf8.allSatisfy(Alphanumeric.characters.contains) else { return nil }
        rawValue = String(text)
    }

    /// A new one: 62¹² are possible.
    static func random() -> KeyID { KeyID(random: Alphanumeric.random(count: 12)) }

    private init(random rawValue: String) { self.rawValue = rawValue }
}

extension KeyID: CustomStringConvertible {
    public var description: String { rawValue }
}
