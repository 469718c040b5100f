import HTTPTypes
import Testing

@testable import WarehouseAPI

@Suite struct CORSPolicyTests {
    private static let exposed = "ETag, Retry-After, WWW-Authenticate, X-Request-Id"
    private static let preflight: HTTPFields = [
        .accessControlAllowMethods: "GET, HEAD, OPTIONS",
        .accessControlMaxAge: "86400",
        .accessControlAllowHeaders:
            "accept, authorization, baggage, content-type, if-none-match, sentry-trace, traceparent, tracestate, "
            + "x-requested-with",
    ]

    @Test(arguments: ["https://app.example.com", "http://localhost:8080", "null"])
    func answersAnyOriginWithAnAsterisk(origin: String) {
        let expected: HTTPFields = [.accessControlAllowOrigin: "*", .accessControlExposeHeaders: Self.exposed]
        #expect(fields(CORSPolicy(), origin: origin) == expected)
        #expect(fields(CORSPolicy(), origin: origin, isPreflight: true) == expected + Self.preflight)
    }

    @Test(arguments: ["https://app.example.com", "http://localhost:8080"])
    func echoesAnAllowedOrigin(origin: String) {
        let expected: HTTPFields = [
            .accessControlAllowOrigin: origin,
            .accessControlAllowCredentials: "true",
            .accessControlExposeHeaders: Self.exposed,
        ]
        #expect(fields(.twoOrigins, origin: origin) == expected)
        #expect(fields(.twoOrigins, origin: origin, isPreflight: true) == expected + Self.preflight)
    }

    @Test(arguments: [
        "null", "*", "https://evil.example", "http://app.example.com", "https://app.example.com:443",
        "https://app.example.com/", "https://app.example.com.evil.example",
        "https://evil.example/https://app.example.com",
        "https://sub.app.example.com", "https://APP.example.com", "HTTPS://app.example.com", "app.example.com",
        " https://app.example.com", "https://app.example.com https://evil.example", "http://localhost",
        "https://app.example.com,http://localhost:8080", "https://app.example.com\u{0}", "http://localhost:80800",
    ])
    func sendsNothingToAnotherOrigin(origin: String) {
        #expect(fields(.twoOrigins, origin: origin) == [:])
        #expect(fields(.twoOrigins, origin: origin, isPreflight: true) == [:])
    }

    @Test(arguments: [nil, ""])
    func sendsNothingWithoutAnOrigin(origin: String?) {
        for isPreflight in [false, true] {
            #expect(fields(CORSPolicy(), origin: origin, isPreflight: isPreflight) == [:])
            #expect(fields(.twoOrigins, origin: origin, isPreflight: isPreflight) == [:])
        }
    }

    private func fields(_ policy: CORSPolicy, origin: String?, isPreflight: Bool = false) -> HTTPFields {
        policy.headerFields(for: .mock(origin: origin), isPreflight: isPreflight)
    }
}

extension CORSPolicy {
    fileprivate static let twoOrigins = CORSPolicy(allowedOrigins: ["https://app.example.com", "http://localhost:8080"])
}
