import Crypto
import WarehouseConnections

/// A strong entity tag: equal if and only if the bytes are (RFC 9110, section 8.8.3).
struct EntityTag: Equatable {
    /// With its quotes: 128 bits of the content's SHA-256 in hexadecimal.
    let rawValue: String

    init(of content: [UInt8]) {
        rawValue = "\"\(Hexadecimal.text(Array(SHA256.hash(data: content)).prefix(16)))\""
    }

    /// Whether an `If-None-Match` with this value names the tag, by the weak comparison (RFC 9110, section 13.1.2).
    func isMatched(by ifNoneMatch: String) -> Bool {
        var rest = ifNoneMatch[...].trimmingSpaces()
        if rest == "*" { return true }
        rest = rest.afterSeparators()
        var isFound = false
        while !rest.isEmpty {
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            // A tag is a quoted run without quotes; a list with anything else in it matches nothing.
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return false }
            if rest[...end] == rawValue { isFound = true }
            rest = rest[rest.index(after: end)...].trimmingSpaces()
            guard rest.isEmpty || rest.first == "," else { return false }
            rest = rest.afterSeparators()
        }
        return isFound
    }
}

extension Substring {
    /// What follows any number of commas and spaces: empty elements of a list are ignored (RFC 9110, section 5.6.1.2).
    fileprivate func afterSeparators() -> Substring { drop { $0 == "," || $0 == " " || $0 == "\t" } }

    fileprivate func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
