import WarehouseConnections

/// Why a test of a connection failed. It holds no secret.
public struct TestFailure: Error, Hashable, Sendable {
    /// The warehouse's own words, or what happened on the way to it: valid UTF-8 without a NUL, at most
    /// ``WarehouseConnection/longestError`` bytes.
    public let text: String
    /// The warehouse's number of the error; nil if it gave none.
    public let code: String?
    /// Which part of the test failed; nil if it got nowhere.
    public let step: String?
    /// What somebody may do about it; nil if this program does not know.
    public let advice: String?
    /// Whether the warehouse does not know who signs in: no such user, or another key or password.
    public let isOfSignIn: Bool

    init(_ text: String, code: String? = nil, step: String? = nil, advice: String? = nil, isOfSignIn: Bool = false) {
        self.text = Self.storable(text)
        self.code = code.flatMap { code in
            (1...16).contains(code.utf8.count) && code.utf8.allSatisfy { 0x21...0x7E ~= $0 } ? code : nil
        }
        self.step = step
        self.advice = advice
        self.isOfSignIn = isOfSignIn
    }

    /// As much of `text` as a connection can hold, cut between two characters.
    static func storable(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            let scalar = scalar == "\0" ? "\u{FFFD}" : scalar
            count += UTF8.width(scalar)
            guard count <= WarehouseConnection.longestError else { break }
            kept.append(scalar)
        }
        return String(kept)
    }
}
