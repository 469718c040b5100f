import Testing

@testable import WarehouseConnections

@Suite struct PastedHostTests {
    @Test(
        arguments: [
            ("h", "h", nil, nil), ("H.example", "H.example", nil, nil), ("::1", "::1", nil, nil),
            ("[::1]", "::1", nil, nil),
            ("h:8443", "h", 8443, nil), ("[::1]:8443", "::1", 8443, nil), ("h/", "h", nil, nil),
            ("https://h", "h", nil, true), ("https://h/", "h", nil, true), ("HTTPS://h:8443/", "h", 8443, true),
            ("http://h:8123", "h", 8123, false), ("https://[2001:db8::1]:8443/", "2001:db8::1", 8443, true),
            ("https://[::1]", "::1", nil, true),
            (
                "https://abc.eu-west-1.aws.clickhouse.cloud:8443",
                "abc.eu-west-1.aws.clickhouse.cloud", 8443, true
            ),
        ] as [(String, String, Int64?, Bool?)]
    )
    func isTakenApart(text: String, host: String, port: Int64?, isSecure: Bool?) throws {
        let pasted = try PastedHost(text)
        #expect(pasted.host == host)
        #expect(pasted.port == port)
        #expect(pasted.isSecure == isSecure)
    }

    @Test(arguments: [
        "https://h/path", "https://h//", "h/b", "h?x", "https://h/?x", "h#x", "https://user:pass@h", "user@h",
        "ftp://h",
        "jdbc:clickhouse://h:8443", "clickhouse://h", "h:", "h:x", "h:-1", "h:８４４３", "https://h:/",
        "h:99999999999999999999",
    ])
    func isNotGuessed(text: String) {
        #expect(throws: TextRule.Problem.self) { try PastedHost(text) }
    }
}
