extension TextRule {
    /// Why a secret is refused; nil if it is not. It is read where it lies: a copy would have to be wiped as well.
    ///
    /// Nothing is cut off, because a password may begin or end with any character. What was probably copied by mistake is
    /// refused.
    public static func problem(withSecret bytes: Span<UInt8>) -> String? {
        if bytes.isEmpty { return "is empty" }
        if bytes.count > 1024 { return "has more than 1024 bytes" }
        guard let text = try? UTF8Span(validating: bytes) else { return "is not UTF-8" }
        var scalars = text.makeUnicodeScalarIterator()
        var (first, last): (Unicode.Scalar?, Unicode.Scalar?)
        while let scalar = scalars.next() {
            if scalar.steers { return steeringProblem }
            first = first ?? scalar
            last = scalar
        }
        guard first?.isInvisible != true, last?.isInvisible != true else {
            return "begins or ends with a space or a character that cannot be seen: give it without"
        }
        return nil
    }
}
