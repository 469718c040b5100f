/// What a secret is to its connection: `private_key`, a sensitive field of the warehouse type, or `made_password`.
public struct SecretName: Hashable, Sendable {
    public let rawValue: String

    /// The name, or nil unless `text` is a lower-case letter and up to 62 of `[a-z0-9_]`.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, Self.letters.contains(first),
            bytes.allSatisfy({
                Self.letters.contains($0) || Self.digits.contains($0) || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        rawValue = String(text)
    }

    private init(known: String) { rawValue = known }

    public static let privateKey = SecretName(known: "private_key")
    public static let password = SecretName(known: "password")
    /// A password that this service has made, and may replace.
    public static let madePassword = SecretName(known: "made_password")

    /// What the secret is for. A connection has one for each use, whatever it is called.
    var use: SecretName { self == .madePassword ? .password : self }

    private static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
}

extension SecretName: CustomStringConvertible {
    public var description: String { rawValue }
}
