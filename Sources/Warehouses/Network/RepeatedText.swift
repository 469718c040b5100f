extension String {
    /// The text with `[redacted]` wherever it repeats `secret`: as it is, or with the escapes of JSON, of URLs or of HTML
    /// for what is no ASCII letter or digit. With a secret of more than 4,096 characters nothing is left of the text.
    func redacting(_ secret: String) -> String {
        let characters = secret.unicodeScalars
        guard characters.count <= 4096,
            let escaped = try? Regex(characters.map(\.escapes).joined()).matchingSemantics(.unicodeScalar)
        else { return "[redacted]" }
        return replacing(secret, with: "[redacted]").replacing(escaped, with: "[redacted]")
    }

    /// The longest that one of these can become with such escapes, in characters.
    static func longestRepetition(of secrets: [String]) -> Int { 12 * (secrets.map(\.unicodeScalars.count).max() ?? 0) }
}

extension Unicode.Scalar {
    /// A pattern of what may stand for it. What matches first stays, so that no text makes it try all combinations.
    fileprivate var escapes: String {
        if isASCII, properties.isAlphabetic || properties.numericType != nil { return String(self) }
        func digits(_ number: some BinaryInteger, _ count: Int) -> String {
            let text = String(number, radix: 16)
            return "(?i:\(String(repeating: "0", count: max(0, count - text.count)))\(text))"
        }
        let itself = #"\x{\#(String(value, radix: 16))}"#
        let inURL = String(self).utf8.map { "%" + digits($0, 2) }.joined()
        let inJSON = String(self).utf16.map { #"\\u"# + digits($0, 4) }.joined()
        return #"(?>\#(inJSON)|\\\#(itself)|\#(inURL)|\#(self == " " ? #"\+|"# : "")&#?[0-9A-Za-z]{1,8};|\#(itself))"#
    }
}
