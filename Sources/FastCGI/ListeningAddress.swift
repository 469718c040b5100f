import Glibc

/// Where a FastCGI responder listens: `unix:<path>`, `<IPv4>:<port>` or `[<IPv6>]:<port>`.
public enum ListeningAddress: Equatable, Sendable {
    /// A unix socket; the path has at most 107 bytes (unix(7)).
    case unix(path: String)
    /// A TCP socket at a numeric address.
    case ip(host: String, port: UInt16)

    /// The address, or nil if `text` has neither of the three forms.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard (1..<MemoryLayout<sockaddr_un>.pathSize).contains(path.utf8.count), !path.utf8.contains(0) else {
                return nil
            }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard host.contains(":") == text.hasPrefix("["), Self.isNumeric(String(host)) else { return nil }
        self = .ip(host: String(host), port: port)
    }

    private static func port(_ digits: Substring) -> UInt16? {
        digits.allSatisfy { $0.isASCII && $0.isNumber } ? UInt16(digits).flatMap { $0 > 0 ? $0 : nil } : nil
    }

    private static func isNumeric(_ host: String) -> Bool {
        var address = in6_addr()
        let family = host.contains(":") ? AF_INET6 : AF_INET
        return unsafe inet_pton(family, host, &address) == 1
    }
}

extension ListeningAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

extension MemoryLayout<sockaddr_un> {
    /// The size of `sun_path`, its final NUL included, in bytes.
    static var pathSize: Int { MemoryLayout<sockaddr_un>.size - MemoryLayout<sa_family_t>.size }
}

extension ListeningAddress {
    /// Calls `body` with the address as bind(2) and connect(2) want it.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
            return unsafe Self.withErased(&address, body)
        case .ip(let host, let port) where host.contains(":"):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            _ = unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
            return unsafe Self.withErased(&address, body)
        case .ip(let host, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            _ = unsafe inet_pton(AF_INET, host, &address.sin_addr)
            return unsafe Self.withErased(&address, body)
        }
    }

    private static func withErased<Address, Result>(
        _ address: inout Address,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        let size = socklen_t(MemoryLayout<Address>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
        }
    }
}
