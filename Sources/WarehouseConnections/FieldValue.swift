/// The value of one field of a warehouse type, as JSON has it.
public enum FieldValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
}

extension FieldValue: CustomStringConvertible {
    /// What an operator would type: the text itself, decimal digits, `true` or `false`.
    public var description: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        }
    }
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral text: String) { self = .text(text) }
    public init(integerLiteral number: Int64) { self = .integer(number) }
    public init(booleanLiteral flag: Bool) { self = .boolean(flag) }
}
