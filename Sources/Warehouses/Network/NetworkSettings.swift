import NIOSSL

/// How warehouses are reached.
public struct NetworkSettings: Sendable {
    /// Trusted instead of the system's certificate authorities; nil for those.
    let trustedAuthorities: [NIOSSLCertificate]?
    let proxy: (host: String, port: Int)?
    /// Stands for the address of every Snowflake account, such as `https://localhost:8443`; for tests.
    let snowflakeURL: String?
    /// Whether a warehouse may be on this machine or in its network.
    let allowsPrivateHosts: Bool
    /// How long one test may take.
    let timeout: Duration

    /// - Parameters:
    ///   - authoritiesFile: the path of certificates in PEM.
    ///   - proxy: an HTTP proxy that knows CONNECT.
    /// - Throws: ``TestFailure`` if the file holds no certificate.
    public init(
        authoritiesFile: String? = nil,
        proxy: (host: String, port: Int)? = nil,
        snowflakeURL: String? = nil,
        allowsPrivateHosts: Bool = false,
        timeout: Duration = .seconds(60)
    ) throws(TestFailure) {
        trustedAuthorities = try authoritiesFile.map { file throws(TestFailure) in
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(file), !certificates.isEmpty else {
                throw TestFailure("\(file): holds no certificate in PEM that can be read")
            }
            return certificates
        }
        self.proxy = proxy
        self.snowflakeURL = snowflakeURL
        self.allowsPrivateHosts = allowsPrivateHosts
        self.timeout = timeout
    }
}
