/// Writes compact JSON as UTF-8 bytes, members in the order of the calls; Foundation's encoder keeps no order.
///
/// Escaped are `"`, `\` and the control characters below U+0020, nothing else (RFC 8259, section 7).
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(reservingCapacity capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    /// An array of what `elements` writes.
    public mutating func array<Failure>(_ elements: (inout Self) throws(Failure) -> Void) throws(Failure) {
        beginValue()
        bytes.append(UInt8(ascii: "["))
        try elements(&self)
        bytes.append(UInt8(ascii: "]"))
    }

    /// An object of the members that `members` writes.
    public mutating func object<Failure>(_ members: (inout Self) throws(Failure) -> Void) throws(Failure) {
        beginValue()
        bytes.append(UInt8(ascii: "{"))
        try members(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// A member with a text, or null. Names are written as they are: they need no escapes here.
    public mutating func member(_ name: String, _ text: String?) {
        beginMember(name)
        guard let text else { return bytes.append(contentsOf: "null".utf8) }
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A member with an integer.
    public mutating func member(_ name: String, _ number: Int64) {
        beginMember(name)
        bytes.append(contentsOf: String(number).utf8)
    }

    /// A member with true or false.
    public mutating func member(_ name: String, _ flag: Bool) {
        beginMember(name)
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// A member with a value of whichever kind.
    public mutating func member(_ name: String, _ value: FieldValue) {
        switch value {
        case .text(let text): member(name, text)
        case .integer(let number): member(name, number)
        case .boolean(let flag): member(name, flag)
        }
    }

    /// A member with what `json`, which is JSON already, says; nil: null.
    public mutating func member(_ name: String, json: String?) {
        beginMember(name)
        bytes.append(contentsOf: (json ?? "null").utf8)
    }

    /// A member with an object of the members that `members` writes.
    public mutating func member(_ name: String, _ members: (inout Self) -> Void) {
        beginMember(name)
        object(members)
    }

    private mutating func beginMember(_ name: String) {
        beginValue()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "\":".utf8)
    }

    private mutating func beginValue() {
        switch bytes.last {
        case nil, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }

    private mutating func appendEscaped(_ text: String) {
        unsafe text.utf8.span.withUnsafeBytes { source in
            var start = 0
            while start < source.count {
                let end = unsafe Self.firstEscape(in: source, from: start)
                unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[start..<end]))
                if end < source.count { unsafe bytes.append(contentsOf: Self.escape(source[end]).utf8) }
                start = end + 1
            }
        }
    }

    /// Where the next byte is that needs an escape; the count if there is none. Eight bytes at once: almost none does.
    private static func firstEscape(in source: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= source.count {
            if needsEscape(unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)) { break }
            index += 8
        }
        while index < source.count, unsafe !needsEscape(source[index]) { index += 1 }
        return index
    }

    /// Whether any of eight bytes does. Of a byte below `n`, less `n`, the first bit is set, where it was not before.
    ///
    /// Source: https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
    private static func needsEscape(_ bytes: UInt64) -> Bool {
        func hasByte(_ bytes: UInt64, below limit: UInt64) -> Bool {
            (bytes &- each * limit) & ~bytes & (each * 0x80) != 0
        }
        return hasByte(bytes, below: 0x20) || hasByte(bytes ^ each * UInt64(UInt8(ascii: "\"")), below: 1)
            || hasByte(bytes ^ each * UInt64(UInt8(ascii: "\\")), below: 1)
    }

    private static let each: UInt64 = 0x0101_0101_0101_0101

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        case 0x08: return "\\b"
        case 0x0C: return "\\f"
        default:
            let digits = String(byte, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
