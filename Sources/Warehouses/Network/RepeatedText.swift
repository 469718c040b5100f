extension String {
    /// The text with `[redacted]` wherever it repeats `secret`: as it is, or with the escapes of JSON, of URLs or of HTML
    /// for what is no ASCII letter or digit.
    func redacting(_ secret: String) -> String {
        let pattern = secret.unicodeScalars.map { scalar in
            guard !scalar.isASCII || !scalar.properties.isAlphabetic && scalar.properties.numericType == nil else {
                return String(scalar)
            }
            let itself = #"\x{\#(String(scalar.value, radix: 16))}"#
            return #"(?:\#(itself)|(?:\\u[0-9A-Fa-f]{4}){1,2}|\\.|(?:%[0-9A-Fa-f]{2}){1,4}|\+|&#?[0-9A-Za-z]{1,8};)"#
        }
        guard let regex = try? Regex(pattern.joined()).matchingSemantics(.unicodeScalar) else { return "[redacted]" }
        return replacing(regex, with: "[redacted]")
    }
}
