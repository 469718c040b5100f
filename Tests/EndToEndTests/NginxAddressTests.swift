import Foundation
import TestSupport
import Testing

/// Whose requests count as one client's: those of an IPv4 address, and of the /64 of an IPv6 address.
@Suite(.timeLimit(.minutes(2)))
struct NginxAddressTests {
    private static let same = [
        ("2001:db8::1", "2001:db8:0:0:1::"), ("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff"),
        ("2001:db8:a:b:c:d:e:f", "2001:db8:a:b::"), ("2001:db8:1:0:1::", "2001:db8:1::1"), ("::1", "::2"),
        ("1::1", "1:0:0:0:2::"), ("2001:db8:a0a:a0a:a0a:a0a:a0a:a0a", "2001:db8:a0a:a0a::"),
        ("2001:db8:225c:2724::", "2001:db8:225c:2724::a"), ("fe80:80ff:c3a9:c328::1", "fe80:80ff:c3a9:c328::2"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ]
    private static let different = [
        ("2001:db8:2::1", "2001:db8:2:1::1"), ("2001:db8:3:1::1", "2001:db8:3:2::1"), ("2::1", "2:0:0:1::1"),
        ("3::", "3:0:1::"), ("2001:db8:a::", "2001:db8:a:a::"), ("2001:db8:0:a::", "2001:db8:0:a00::"),
        ("2001:DB8:4:4100::", "2001:db8:4:6100::"), ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("192.0.2.10", "192.0.2.11"), ("10.10.10.10", "10.10.10.1"),
    ]

    /// A client's address, as a load balancer says it, is any that a test likes.
    private static func edit(_ text: String) -> String {
        text.replacing(#/rate=100r/s/#, with: "rate=1r/m").replacing("burst=200 ", with: "burst=1 ").replacing(
            "merge_slashes off;",
            with: "merge_slashes off; set_real_ip_from 127.0.0.1; set_real_ip_from ::1; real_ip_header X-Real-IP;"
        )
    }

    @Test
    func countsByNetworkHoweverItIsWritten() async throws {
        try await Site.with(edit: Self.edit) { site in
            for ((one, other), status) in Self.same.map({ ($0, 429) }) + Self.different.map({ ($0, 401) }) {
                for _ in 1...2 { try await site.expect(401, Workplace.list(1), ["--header", "X-Real-IP: \(one)"]) }
                try await site.expect(429, Workplace.list(1), ["--header", "X-Real-IP: \(one)"])
                try await site.expect(status, Workplace.list(1), ["--header", "X-Real-IP: \(other)"])
            }
        }
    }
}
