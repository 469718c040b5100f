/// What an operator may give for a field that holds a text, and in which form it is stored.
///
/// White space at the ends is cut, but not from a secret. Characters that break the line or turn its direction are refused.
/// So are invisible ones, because two texts would look the same; in a secret only at its ends.
public enum TextRule: Hashable, Sendable {
    /// 1 to 255 characters.
    case name
    /// A ``name`` of an SQL object. A plain one is stored in upper case, as SQL reads it without quotes. One in double quotes
    /// is stored as it stands between them, each `""` as `"`.
    ///
    /// A plain identifier is `[A-Za-z_][A-Za-z0-9_$]*`. Refused besides: the names in `except`; what Snowflake's tools
    /// replace in a script; and a backslash at the end or before a quotation mark, since tools disagree on whether it
    /// escapes the mark.
    case identifier(except: Set<String> = [])
    /// Snowflake's account identifier, in lower case: parts of `[A-Za-z0-9_-]` with dots between them, none of which begins
    /// or ends with `-` or `_`. Also given as a URL of the account or as `<organisation>.<account>`.
    case account
    /// A host name, or an IP address as RFC 3986 writes it in a URL, brackets left out. Also given as a URL or with a port.
    case host
    /// 1 to 1,024 bytes, as a header of HTTP can carry them.
    case secret

    /// Why a text is refused, without the text.
    struct Problem: Error, Equatable {
        let reason: String
    }

    /// In Unicode scalars. Snowflake's limit of an identifier.
    static let longestName = 255

    /// The form in which `text`, which an operator gives, is stored.
    ///
    /// - Throws: ``Problem`` if it has no such form. The result may still break the rule: see ``problem(with:)``.
    func normalised(_ text: String) throws(Problem) -> String {
        switch self {
        case .name: text.trimmed
        case .identifier: try Self.identifier(text.trimmed)
        case .account: try Self.account(text.trimmed)
        case .host: try PastedHost(text.trimmed).host
        case .secret: text
        }
    }

    /// Why `text`, which is normalised, is refused; nil if it is not. No part of it is in the answer.
    func problem(with text: String) -> String? {
        if self == .secret { return Self.problem(withSecret: text.utf8.span) }
        if text.isEmpty { return "is empty" }
        if text.unicodeScalars.contains(where: \.steers) { return Self.steeringProblem }
        if text.unicodeScalars.contains(where: { $0.isInvisible && $0 != " " }) {
            return "holds a character that cannot be seen, such as a zero-width space: type it anew"
        }
        if text.unicodeScalars.first == " " || text.unicodeScalars.last == " " { return "begins or ends with a space" }
        return switch self {
        case .name: Self.lengthProblem(text)
        case .identifier(let exceptions): Self.identifierProblem(text, exceptions)
        case .account: Self.accountProblem(text)
        case .host: Self.isHost(text) ? nil : "is no host name or IP address"
        case .secret: nil
        }
    }

    /// The spelling by which the warehouse knows the text at a sign-in, the same for all that it takes for equal.
    func signInSpelling(_ text: String) -> String {
        switch self {
        // A user's LOGIN_NAME is upper-cased even where the name is quoted.
        case .identifier: text.uppercased()
        case .account: AccountIdentifier(text).publicHost
        case .host: text.lowercased()
        case .name, .secret: text
        }
    }

    static func lengthProblem(_ text: String) -> String? {
        text.unicodeScalars.count > longestName ? "has more than \(longestName) characters" : nil
    }

    static let steeringProblem = "holds a line break or another control character"

    static func isLetter(_ byte: UInt8) -> Bool {
        // Setting this bit makes a small letter of a capital.
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension String {
    /// The text without the white space at its ends.
    ///
    /// Scalar by scalar: a space with an accent on it is another character to Swift.
    var trimmed: String {
        let scalars = unicodeScalars.drop(while: \.properties.isWhitespace)
        let end = scalars.lastIndex { !$0.properties.isWhitespace }.map(scalars.index(after:))
        return String(scalars[..<(end ?? scalars.startIndex)])
    }
}

extension Unicode.Scalar {
    /// Whether it can break the line or turn its direction: a script must read as it runs.
    var steers: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: properties.isBidiControl
        }
    }

    /// Whether nothing of it is seen: spaces of every width, zero-width characters, fillers, variation selectors.
    ///
    /// Source: https://www.unicode.org/reports/tr44/, White_Space and Default_Ignorable_Code_Point. The Braille pattern
    /// without dots has neither.
    var isInvisible: Bool {
        properties.isWhitespace || properties.isDefaultIgnorableCodePoint || self == "\u{2800}"
    }
}
