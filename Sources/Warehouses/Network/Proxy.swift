import Foundation

/// An HTTP proxy that knows CONNECT. It prints no password.
public struct Proxy: Sendable {
    /// Such as `http://[2001:db8::1]:3128`.
    let url: String
    /// Nil if it asks for none.
    let user: String?
    let password: String

    /// Nil if `text` is not `http://<user>:<password>@<host>:<port>`; scheme, user and password may be left out. An IPv6
    /// address is in brackets; what user and password have of a URL's own signs is percent-encoded.
    public init?(_ text: String) {
        let url = text.contains("://") ? text : "http://\(text)"
        guard let parts = URLComponents(string: url), parts.scheme?.lowercased() == "http",
            let host = parts.host?.bracketed, host.contains(where: { !"[]".contains($0) }),
            let port = parts.port, (1...65_535).contains(port), ["", "/"].contains(parts.path),
            parts.query == nil, parts.fragment == nil
        else { return nil }
        self.url = "http://\(host):\(port)"
        user = parts.user
        password = parts.password ?? ""
    }
}

extension Proxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { url }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The hosts that are reached without the proxy, as NO_PROXY lists them.
public struct ProxyExceptions: Sendable {
    private let entries: [String]

    /// - Parameter text: names, which stand for all below them, too; addresses; blocks such as `10.0.0.0/8`; `*` for all;
    ///   between commas or spaces.
    public init(_ text: String = "") {
        entries = text.split { $0 == "," || $0.isWhitespace }.map { $0.lowercased() }
    }

    func contains(_ host: String) -> Bool {
        let host = host.lowercased()
        let address = IPAddress(host)
        return entries.contains { entry in
            if entry == "*" { return true }
            guard let address else {
                let name = entry.drop { $0 == "." || $0 == "*" }
                return !name.isEmpty && (host == name || host.hasSuffix(".\(name)"))
            }
            return IPAddress(entry.unbracketed) == address || AddressBlock(entry)?.contains(address) == true
        }
    }
}

extension String {
    /// An IPv6 address in brackets, as a URL has it; anything else as it is.
    var bracketed: String { contains(":") && !hasPrefix("[") ? "[\(self)]" : self }

    fileprivate var unbracketed: String { hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self }
}
