import Testing

@testable import WarehouseAPI

/// Spellings that another reader could take for a resource: here each is none.
extension ResourcePathTests {
    @Test(arguments: [
        "", "*", "?", "/", "//", "/?", "/metrics/", "/metricsx", "//metrics", "/health", "/health/",
        "/health/liveness/x/",
        "/health//liveness/", "//health/liveness/", "/health/./liveness/", "/health/../health/liveness/",
        "/health/Liveness/", "/HEALTH/liveness/", "/health/liveness//", "/health/liveness/.", "/health/livenes%73/",
        "/api/v1/organisations/", "/api/v1/organisations/1/", "/api/v1/organisations/1/integrations/",
        "/api/v1/organisations/1/integrations/grafana/", "/api/v1/organisations/1/warehouse-connections/",
        "/api/v1/organisations/1/integrations/warehouse-connection/",
        "/api/v1/organisations/1/integrations/warehouse_connections/",
        "/api/v1/organizations/1/integrations/warehouse-connections/",
        "/api/v2/organisations/1/integrations/warehouse-connections/",
        "/api/organisations/1/integrations/warehouse-connections/",
        "/v1/organisations/1/integrations/warehouse-connections/",
        "/organisations/1/integrations/warehouse-connections/",
        "/x/api/v1/organisations/1/integrations/warehouse-connections/",
        "api/v1/organisations/1/integrations/warehouse-connections/",
        "./api/v1/organisations/1/integrations/warehouse-connections/",
        "?/api/v1/organisations/1/integrations/warehouse-connections/",
        "#/api/v1/organisations/1/integrations/warehouse-connections/",
        "http://localhost/api/v1/organisations/1/integrations/warehouse-connections/",
        "https:///api/v1/organisations/1/integrations/warehouse-connections/",
        "http:/api/v1/organisations/1/integrations/warehouse-connections/",
        "//localhost/api/v1/organisations/1/integrations/warehouse-connections/",
        "localhost:443", "http://localhost/health/liveness/", "//health/readiness/", "\\health\\liveness\\",
        "\\api\\v1\\organisations\\1\\integrations\\warehouse-connections\\",
    ])
    func refusesAnotherTarget(target: String) {
        #expect(ResourcePath(target) == nil)
    }

    @Test(arguments: [
        "", "0", "00", "01", "001", "+1", "-1", "%31", "1%20", "%201", "1%00", "1.0", "1.", ".1", "1e0", "0x1", "1_0",
        "1,2", "1;2", "1;v=1", "1#", "1&2", "a", "1a", "$organisation", "*", "１", "١", "²", "1\u{301}", "\u{200B}1",
        " 1", "1 ", "\t1", "1\n", "1\r\n", "1\u{0}", ".", "..", "1/.", "1/..", "1/../2", "./1", "../1", "1/", "/1",
        "1//",
        "2/../1", "1\\", "1\\..\\2", "9223372036854775808", "9223372036854775809", "18446744073709551617",
        "99999999999999999999", String(repeating: "1", count: 10_000),
        "0" + String(repeating: "0", count: 10_000) + "1",
    ])
    func refusesAnotherOrganisation(organisation: String) {
        #expect(ResourcePath(Target.list(of: organisation)) == nil)
        #expect(ResourcePath(Target.list(of: organisation) + "wc_abc123/") == nil)
        #expect(ResourcePath(String(Target.list(of: organisation).dropLast())) == nil)
    }

    @Test(arguments: [
        "/", "//", ".", "./", "..", "../", "../../", "../warehouse-connections/", "../../../2/integrations/",
        "../../../2/integrations/warehouse-connections/", "..%2F..%2F..%2F2/integrations/warehouse-connections/",
        "%2e%2e/%2e%2e/%2e%2e/2/integrations/warehouse-connections/", "..;/", "..\\", ";", "#", "%", "%2F", "%3F",
        "%00",
        "x", "abc123/", "wc_", "wc_/", "WC_abc123/", "Wc_abc123/", "wc-abc123/", "wc_abc-123/", "wc_abc_123/",
        "wc_abc.",
        "wc_abc123;v=1/", "wc_abc123#/", "wc_abc123%2F", "wc_abc12%33/", "%77c_abc123/", "wc_abc123%00/", "wc_abc123%",
        "wc_abc123.json", "wc_abc123,/", "wc_abc123&/", "wc_abc123\\", "wc_abc123//", "wc_abc123///", "wc_abc123//?x",
        "/wc_abc123/", "./wc_abc123/", "wc_abc123/.", "wc_abc123/./", "wc_abc123/..", "wc_abc123/../", "../wc_abc123/",
        "wc_abc123/x", "wc_abc123/x/", "wc_abc123/wc_abc123", "wc_abc123/wc_abc123/", "wc_abc123/a/b/c/",
        "wc_abc123/../../../../2/integrations/warehouse-connections/", "wc_abc123/../wc_abc124/", "wc_é/", "wc_ａ/",
        "wc_" + String(repeating: "a", count: 62) + "/", "wc_" + String(repeating: "a", count: 100_000) + "/",
        String(repeating: "a", count: 100_000), String(repeating: "/", count: 100_000),
        String(repeating: "../", count: 1000),
    ])
    func refusesAnotherConnection(end: String) {
        #expect(ResourcePath(Target.list + end) == nil)
    }

    @Test(arguments: [Target.list, Target.connection, "/health/liveness/", "/health/readiness/"])
    func refusesEveryEncodedCharacter(target: String) {
        let hostile = target.indices.flatMap { index in
            let digits = target[index].utf8.map { String($0, radix: 16) }.joined()
            return ["%\(digits)", "%\(digits.uppercased())", "%25\(digits)"].map { target.replacing(index, by: $0) }
        }
        #expect(hostile.count == target.count * 3)
        #expect(accepted(hostile) == [])
    }

    @Test(arguments: [Target.list, "/health/liveness/", "/health/readiness/"])
    func refusesEveryOtherLetterCase(target: String) {
        let letters = target.indices.filter { target[$0].isLetter }
        let hostile = letters.map { target.replacing($0, by: target[$0].uppercased()) }
        #expect(!hostile.contains(target))
        #expect(accepted(hostile) == [])
    }

    @Test(arguments: [Target.list, Target.connection, "/health/liveness/", "/health/readiness/"])
    func refusesEveryInsertedCharacter(target: String) {
        let others = [
            "/", "./", "/.", "/..", "\\", "%", "%2F", ";", ":", "#", "&", "=", "+", "@", ",", "\"", "é", "\u{301}", "／",
            "․",
            "％", "\u{2028}", "\u{FFFD}", "🎉",
        ]
        for inserted in Self.controls + others {
            let hostile = (target.indices + [target.endIndex]).map { target[..<$0] + inserted + target[$0...] }
            #expect(accepted(hostile.map { String($0) }) == [])
        }
    }

    @Test(arguments: [Target.list, String(Target.list.dropLast()), Target.connection, "/health/liveness/"])
    func refusesAControlOrNonASCIIByteInTheQuery(path: String) {
        let others = ["\r\nSet-Cookie: a=b", "é", "e\u{301}", "\u{80}", "\u{85}", "\u{2028}", "\u{FFFD}", "🎉"]
        for byte in Self.controls + others {
            #expect(accepted(["?\(byte)", "?a=\(byte)b", "?a=b\(byte)", "\(byte)?"].map { path + $0 }) == [])
        }
    }

    /// The control characters of ASCII, and the space.
    private static let controls = ((UInt8.min...0x20) + [0x7F]).map { String(UnicodeScalar($0)) }

    /// Those of `targets` that are taken for a resource.
    private func accepted(_ targets: [String]) -> [String] { targets.filter { ResourcePath($0) != nil } }
}

extension String {
    fileprivate func replacing(_ index: Index, by other: String) -> String {
        self[..<index] + other + self[self.index(after: index)...]
    }
}
