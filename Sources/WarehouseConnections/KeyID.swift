/// The identity of an API key: 12 of `[A-Za-z0-9]`. It is no secret.
public struct KeyID: Hashable, Sendable {
    public let rawValue: String

    /// The identity that `text` spells, or nil.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 12, text.utf8.allSatisfy(Self.alphabet.contains) else { return nil }
        rawValue = String(text)
    }

    /// A new one: 62¹² are possible.
    static func random() -> KeyID {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<12).map { _ in alphabet[Int.random(in: 0..<62, using: &generator)] }
        return KeyID(random: String(decoding: bytes, as: UTF8.self))
    }

    private init(random rawValue: String) { self.rawValue = rawValue }

    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}

extension KeyID: CustomStringConvertible {
    public var description: String { rawValue }
}
