/// What an operator may give for a field that holds a text, and in which form it is stored.
public enum TextRule: Hashable, Sendable {
    /// 1 to 255 characters, none of which breaks or turns the line.
    case name
    /// A ``name`` of an SQL object that folds to upper case without quotes, so a plain one is stored in upper case.
    ///
    /// A plain identifier is `[A-Za-z_][A-Za-z0-9_$]*`. Refused besides: the names in `except`, and a backslash at the end
    /// or before a quotation mark, since tools disagree on whether it escapes the mark.
    case identifier(except: Set<String> = [])
    /// The first labels of a host name: parts of `[A-Za-z0-9_-]` with dots between them.
    case hostLabels
    /// A host name, or an IP address as RFC 3986 writes it in a URL, brackets left out.
    case host
    /// 1 to 1,024 bytes, as a header of HTTP can carry them.
    case secret

    /// In Unicode scalars. Snowflake's limit of an identifier.
    static let longestName = 255

    /// `text` in the form in which it is stored.
    func normalised(_ text: String) -> String {
        switch self {
        case .identifier where Self.isPlainIdentifier(text): text.uppercased()
        case .host where text.hasPrefix("[") && text.hasSuffix("]"): String(text.dropFirst().dropLast())
        default: text
        }
    }

    /// Why `text`, which is normalised, is refused; nil if it is not. No part of it is in the answer.
    func problem(with text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.unicodeScalars.contains(where: Self.steers) { return "holds a line break or another control character" }
        switch self {
        case .name: return Self.lengthProblem(text)
        case .identifier(let exceptions):
            if exceptions.contains(text) { return "is a name that the warehouse keeps for itself" }
            if Self.mayEscapeAQuotationMark(text) {
                return "holds a backslash at its end or before a quotation mark"
            }
            return Self.lengthProblem(text)
        case .hostLabels:
            return Self.areLabels(text) ? nil : "is not made of letters, digits, _ and - with dots between them"
        case .host: return Self.isHost(text) ? nil : "is no host name or IP address"
        case .secret: return text.utf8.count > 1024 ? "has more than 1024 bytes" : nil
        }
    }

    private static func lengthProblem(_ text: String) -> String? {
        text.unicodeScalars.count > longestName ? "has more than \(longestName) characters" : nil
    }

    /// Whether a character can break the line or turn its direction: a script must read as it runs.
    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl
        }
    }

    /// Byte by byte: a quotation mark with an accent on it is another character to Swift.
    private static func mayEscapeAQuotationMark(_ text: String) -> Bool {
        let bytes = Array(text.utf8) + [UInt8(ascii: "\"")]
        return zip(bytes, bytes.dropFirst()).contains { $0 == (UInt8(ascii: "\\"), UInt8(ascii: "\"")) }
    }

    private static func isPlainIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return (isLetter(first) || first == UInt8(ascii: "_"))
            && text.utf8.allSatisfy {
                isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "$")
            }
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        // Setting this bit makes a small letter of a capital.
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
