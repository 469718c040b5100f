// The compiler finds sockaddr in either of the two, depending on which files it compiles together.
import CCurl
import Glibc

/// An IPv4 or IPv6 address.
struct IPAddress: Hashable, Sendable {
    /// 4 or 16, the most significant first.
    let bytes: [UInt8]

    /// The address that `text` spells as `inet_pton` reads it, or nil.
    init?(_ text: String) {
        var version4 = in_addr()
        var version6 = in6_addr()
        if unsafe inet_pton(AF_INET, text, &version4) == 1 {
            bytes = unsafe withUnsafeBytes(of: &version4) { unsafe Array($0) }
        } else if unsafe inet_pton(AF_INET6, text, &version6) == 1 {
            bytes = unsafe withUnsafeBytes(of: &version6) { unsafe Array($0) }
        } else {
            return nil
        }
    }

    /// What a socket address holds; nil if it is of another family.
    init?(_ address: UnsafePointer<sockaddr>?) {
        guard let address = unsafe address else { return nil }
        let raw = unsafe UnsafeRawPointer(address)
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            var part = unsafe raw.load(as: sockaddr_in.self).sin_addr
            bytes = unsafe withUnsafeBytes(of: &part) { unsafe Array($0) }
        case AF_INET6:
            var part = unsafe raw.load(as: sockaddr_in6.self).sin6_addr
            bytes = unsafe withUnsafeBytes(of: &part) { unsafe Array($0) }
        default: return nil
        }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isVersion6: Bool { bytes.count == 16 }

    /// In the usual notation: decimal with dots, or hexadecimal with colons.
    var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = unsafe bytes.withUnsafeBytes { bytes in
            unsafe inet_ntop(
                bytes.count == 4 ? AF_INET : AF_INET6,
                bytes.baseAddress,
                &buffer,
                socklen_t(buffer.count)
            )
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether this machine knows a way to it: nothing is sent.
    var hasRoute: Bool {
        let descriptor = socket(isVersion6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe withSocketAddress(port: 53) { unsafe connect(descriptor, $0, $1) } == 0
    }

    /// Calls `body` with the address as the system's calls take it.
    private func withSocketAddress<Result>(
        port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        func call<Address>(_ address: Address) -> Result {
            unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        if isVersion6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
            return call(address)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &address.sin_addr) { unsafe $0.copyBytes(from: bytes) }
        return call(address)
    }

    /// The addresses of this machine at this moment. The corresponding C function is `getifaddrs`.
    static var ofThisMachine: Set<IPAddress> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return [] }
        defer { unsafe freeifaddrs(list) }
        var addresses: Set<IPAddress> = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe IPAddress(current.pointee.ifa_addr) { addresses.insert(address) }
            unsafe entry = current.pointee.ifa_next
        }
        return addresses
    }

    /// Whether it is in the Internet: not this machine, its network, its cloud's metadata service or nobody's.
    var isPublic: Bool {
        if let inner = embedded { return inner.isPublic }
        return !Self.special.contains { $0.contains(self) }
    }

    /// The IPv4 address that an IPv6 one is only another way to: mapped, compatible, translated, 6to4.
    ///
    /// Source: RFC 4291, section 2.5.5; RFC 6052, section 2.1; RFC 3056, section 2.
    private var embedded: IPAddress? {
        guard bytes.count == 16 else { return nil }
        for prefix in Self.prefixesOfEmbedded where prefix.contains(self) {
            return IPAddress(bytes: prefix.length == 16 ? Array(bytes[2..<6]) : Array(bytes[12...]))
        }
        return nil
    }

    static let prefixesOfEmbedded = ["::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "2002::/16"]
        .compactMap { AddressBlock($0) }

    /// What is not globally reachable, multicast, and one metadata service that is: Azure's.
    ///
    /// Source: https://www.iana.org/assignments/iana-ipv4-special-registry,
    /// https://www.iana.org/assignments/iana-ipv6-special-registry,
    /// https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16.
    static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "168.63.129.16/32", "::/64", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { AddressBlock($0) }
}

/// The addresses that begin alike, such as `10.0.0.0/8`.
struct AddressBlock: Sendable {
    let start: IPAddress
    /// How many bits they share.
    let length: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let start = IPAddress(String(parts[0])), let length = Int(parts[1]),
            (0...start.bytes.count * 8).contains(length)
        else { return nil }
        self.start = start
        self.length = length
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == start.bytes.count else { return false }
        return (0..<length).allSatisfy { bit in
            (address.bytes[bit / 8] ^ start.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// Whether `start` is the first of its addresses.
    var isAligned: Bool {
        (length..<start.bytes.count * 8).allSatisfy { bit in start.bytes[bit / 8] & (0x80 >> UInt8(bit % 8)) == 0 }
    }

    /// Whether all of its addresses are in the Internet. Of two blocks that overlap, one holds the start of the other.
    var isPublic: Bool { !IPAddress.special.contains { $0.contains(start) || contains($0.start) } }
}
