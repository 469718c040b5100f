import Foundation

/// How warehouses are reached.
public struct NetworkSettings: Sendable {
    /// In PEM, trusted instead of the system's certificate authorities; nil for those.
    let authorities: [UInt8]?
    private let proxy: Proxy?
    private let proxyExceptions: ProxyExceptions
    /// Stands for the host of every Snowflake account; for tests.
    let snowflake: (host: String, port: Int)?
    /// Whether a warehouse may be on this machine or in its network.
    let allowsPrivateHosts: Bool
    /// How long one test may take.
    let timeout: Duration
    /// The last part of that time, kept for cancelling what still runs in the warehouse: no attempt uses it.
    var reserve: Duration { min(timeout / 5, .seconds(2)) }

    /// - Parameter authoritiesFile: the path of certificates in PEM.
    /// - Throws: ``TestFailure`` if the file holds no certificate.
    public init(
        authoritiesFile: String? = nil,
        proxy: Proxy? = nil,
        proxyExceptions: ProxyExceptions = ProxyExceptions(),
        snowflake: (host: String, port: Int)? = nil,
        allowsPrivateHosts: Bool = false,
        timeout: Duration = .seconds(60)
    ) throws(TestFailure) {
        authorities = try authoritiesFile.map { file throws(TestFailure) in
            guard let pem = FileManager.default.contents(atPath: file), Self.holdsCertificate(pem) else {
                throw TestFailure("\(file): holds no certificate in PEM that can be read")
            }
            return Array(pem)
        }
        self.proxy = proxy
        self.proxyExceptions = proxyExceptions
        self.snowflake = snowflake
        self.allowsPrivateHosts = allowsPrivateHosts
        self.timeout = timeout
    }

    /// Nil if `host` is reached without one.
    func proxy(to host: String) -> Proxy? { proxyExceptions.contains(host) ? nil : proxy }

    /// Source: RFC 7468, section 5.
    private static func holdsCertificate(_ pem: Data) -> Bool {
        let text = String(decoding: pem, as: UTF8.self)
        let block = /-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+\/=\s]+)-----END CERTIFICATE-----/
        let base64 = text.firstMatch(of: block)?.1.filter { !$0.isWhitespace }
        return base64.flatMap { Data(base64Encoded: String($0)) }?.isEmpty == false
    }
}
