import WarehouseConnections

/// Why a test of a connection failed. It holds no secret.
public struct TestFailure: Error, Hashable, Sendable {
    /// Whose fault it is. Only a fault of the warehouse changes the connection's status.
    public enum Cause: Sendable {
        /// The warehouse does not know who signs in: no such user, or another key or password.
        case signIn
        /// Anything else that is wrong with the warehouse, or with what the connection says of it.
        case warehouse
        /// The warehouse has no time yet: it starts, resumes, or is over its limit.
        case notReady
        /// This service: its proxy, its name servers, its certificate authorities, its clock.
        case service
    }

    /// The warehouse's own words, or what happened on the way to it: valid UTF-8 without a NUL, at most
    /// ``WarehouseConnection/longestError`` bytes. Where the fault is this service's, it is for the operator alone.
    public let text: String
    /// The warehouse's number of the error; nil if it gave none.
    public let code: String?
    /// Which part of the test failed; nil if it got nowhere.
    public internal(set) var step: String?
    /// What the owner of the warehouse may do about it; nil if this program does not know.
    public internal(set) var advice: String?
    /// What the operator may do about it. It may name options, commands, and addresses of the operator's network.
    public internal(set) var hint: String?
    public internal(set) var cause: Cause

    init(
        _ text: String,
        code: String? = nil,
        step: String? = nil,
        advice: String? = nil,
        hint: String? = nil,
        cause: Cause = .warehouse
    ) {
        self.text = Self.storable(text)
        self.code = code.flatMap { code in
            (1...6).contains(code.utf8.count) && code.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? code : nil
        }
        self.step = step
        self.advice = advice
        self.hint = hint
        self.cause = cause
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
