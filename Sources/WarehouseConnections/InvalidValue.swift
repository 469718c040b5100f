/// A value that a connection can't have: which member it was meant for, and what is wrong with it.
public struct InvalidValue: Error, Equatable, Sendable {
    public let member: String
    public let problem: String

    public init(_ member: String, _ problem: String) {
        self.member = member
        self.problem = problem
    }

    /// `text` itself, unless it has more than `limit` bytes or a NUL, which SQLite, PostgreSQL and C cut a text at.
    static func checkText(
        _ text: String,
        _ member: String,
        atMost limit: Int
    ) throws(InvalidValue) -> String {
        if text.utf8.count > limit { throw InvalidValue(member, "has more than \(limit) bytes") }
        if text.utf8.span.firstIndex(of: 0) < text.utf8.count { throw InvalidValue(member, "holds a NUL character") }
        return text
    }
}

extension InvalidValue: CustomStringConvertible {
    public var description: String { "\(member) \(problem)" }
}
