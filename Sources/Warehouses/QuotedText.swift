extension String {
    /// The text between two of `mark`, with `mark` and each of the `escaped` characters doubled inside.
    ///
    /// Scalar by scalar: a quotation mark with an accent on it is another character to Swift.
    func quoted(with mark: Unicode.Scalar, doubling escaped: Unicode.Scalar...) -> String {
        var quoted = String.UnicodeScalarView([mark])
        for scalar in unicodeScalars {
            if scalar == mark || escaped.contains(scalar) { quoted.append(scalar) }
            quoted.append(scalar)
        }
        quoted.append(mark)
        return String(quoted)
    }
}
