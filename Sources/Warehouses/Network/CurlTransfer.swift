import CCurl

/// What one transfer needs.
struct CurlTransfer {
    /// Such as `https://ch.example.com:8443/`; no other scheme than its own is spoken.
    let url: String
    /// Each name and value on a line of the request.
    let headers: [(name: String, value: String)]
    /// Posted; nil for GET.
    let body: [UInt8]?
    /// The only one to connect to, or to tunnel to; nil if the proxy looks the name up.
    let address: IPAddress?
    let proxy: Proxy?
    /// Certificates in PEM to trust instead of the system's.
    let authorities: [UInt8]?
    /// For a connection, TLS included.
    let connectTimeout: Duration
    /// For all of it.
    let timeout: Duration
    /// In bytes.
    let longestBody: Int
}

/// What came of a transfer whose answer has a head.
struct CurlAnswer {
    let status: Int
    /// By their names in lower case; of several with one name the first.
    let headers: [String: String]
    /// As much as the transfer allows.
    let body: [UInt8]
}

/// Why a transfer has no answer.
struct CurlFailure: Error {
    let code: CURLcode
    /// The system's number of the error; 0 if there was none.
    let errno: Int32
    /// OpenSSL's number of what is wrong with the certificate; 0 or 1 if OpenSSL itself found nothing wrong.
    let verification: Int
    /// Whether the first bytes of the other side were none of TLS.
    let isWithoutTLS: Bool
    /// What the proxy has answered to CONNECT; 0 for nothing.
    let tunnelStatus: Int
    let isConnected: Bool
    let isSecured: Bool
    /// Whether the answer has a status.
    let isAnswered: Bool
}

extension CurlFailure {
    init(_ code: CURLcode) {
        self.init(
            code: code,
            errno: 0,
            verification: 0,
            isWithoutTLS: false,
            tunnelStatus: 0,
            isConnected: false,
            isSecured: false,
            isAnswered: false
        )
    }
}
