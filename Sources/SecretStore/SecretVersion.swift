/// Which of a secret's successive values: 1, 2, … A rotated one has two for a while.
public struct SecretVersion: Hashable, Sendable {
    /// From 1 to 2³¹ − 1.
    public let rawValue: Int

    /// The version, or nil if `rawValue` is out of range.
    public init?(_ rawValue: Int) {
        guard 1...Self.greatest ~= rawValue else { return nil }
        self.rawValue = rawValue
    }

    private init(known: Int) { rawValue = known }

    public static let first = SecretVersion(known: 1)

    /// The version after this one; after the greatest, itself.
    public var next: SecretVersion { SecretVersion(known: min(rawValue + 1, Self.greatest)) }

    private static let greatest = Int(Int32.max)
}

extension SecretVersion: Comparable {
    public static func < (earlier: SecretVersion, later: SecretVersion) -> Bool { earlier.rawValue < later.rawValue }
}

extension SecretVersion: CustomStringConvertible {
    public var description: String { String(rawValue) }
}
