/// A host as people paste it: alone, with a port, or as a URL, and what that says of other fields.
struct PastedHost {
    let host: String
    let port: Int64?
    /// Whether the URL is one of https; nil if there is no scheme.
    let isSecure: Bool?

    /// - Throws: ``TextRule/Problem`` for a URL with more than scheme, host and port. The host may be none.
    init(_ text: String) throws(TextRule.Problem) {
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        isSecure = scheme.map { $0 == "https://" }
        var location = text.dropFirst(scheme?.count ?? 0)
        if location.hasSuffix("/") { location.removeLast() }
        guard !location.contains(where: { "/?#@".contains($0) }) else {
            throw TextRule.Problem(reason: "has more in it than scheme, host and port: give the host alone")
        }
        // An address with colons and without brackets has no port.
        let isBare = location.count { $0 == ":" } > 1 && !location.hasPrefix("[")
        let colon = isBare ? nil : location.lastIndex(of: ":").flatMap { location[$0...].contains("]") ? nil : $0 }
        let host = colon.map { location[..<$0] } ?? location
        self.host = String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host)
        guard let colon else {
            port = nil
            return
        }
        let digits = location[location.index(after: colon)...]
        guard digits.utf8.allSatisfy(TextRule.isDigit), let port = Int64(digits) else {
            throw TextRule.Problem(reason: "has a colon and no port after it: give the host alone")
        }
        self.port = port
    }
}
