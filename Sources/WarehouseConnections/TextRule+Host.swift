import Glibc

extension TextRule {
    /// Whether `text` is made of labels of `[A-Za-z0-9_-]`, 63 bytes at most each and 253 together (RFC 1035, 2.3.4).
    static func areLabels(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 253
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy {
                        isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                    }
            }
    }

    /// Whether `text` is a host name or the one spelling of an IP address that every resolver reads alike.
    static func isHost(_ text: String) -> Bool { isAddress(text) || isHostName(text) }

    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard areLabels(text), !labels.contains(where: { $0.hasPrefix("-") || $0.hasSuffix("-") }),
            let last = labels.last
        else { return false }
        // inet_aton(3) takes 127.1, 017700000001 and 0x7f000001 for addresses, and so do resolvers.
        let isHexadecimal = last.lowercased().hasPrefix("0x") && last.dropFirst(2).allSatisfy(\.isHexDigit)
        return !isHexadecimal && !last.utf8.allSatisfy(isDigit)
    }

    /// The corresponding C function is `inet_pton`, which wants all four numbers of an IPv4 address in decimal.
    private static func isAddress(_ text: String) -> Bool {
        // C would stop at a NUL.
        guard !text.utf8.contains(0) else { return false }
        var version4 = in_addr()
        var version6 = in6_addr()
        return unsafe inet_pton(AF_INET, text, &version4) == 1 || inet_pton(AF_INET6, text, &version6) == 1
    }
}
