/// The identity of a warehouse connection: `wc_` and 1 to 61 of `[A-Za-z0-9]`.
public struct ConnectionID: Hashable, Sendable {
    public let rawValue: String

    /// The identity that `text` spells, or nil.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix("wc_") else { return nil }
        let random = text.utf8.dropFirst(3)
        guard (1...61).contains(random.count), random.allSatisfy(Self.isAlphanumeric) else { return nil }
        rawValue = String(text)
    }

    /// A new one, `wc_` and 16 characters: 62¹⁶ are possible, and none is made twice.
    public static func random() -> ConnectionID { ConnectionID(random: "wc_" + Alphanumeric.random(count: 16)) }

    private init(random rawValue: String) { self.rawValue = rawValue }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

extension ConnectionID: CustomStringConvertible {
    public var description: String { rawValue }
}
