import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// The errors of the network, in words for an operator.
enum NetworkError {
    /// - Parameter url: what was asked; of it only scheme, host and port are said.
    static func text(_ error: any Error, of url: String, timeout: Duration) -> String {
        let parts = URLComponents(string: url)
        let port = parts?.port.map { ":\($0)" } ?? ""
        return "\(parts?.host ?? "the warehouse")\(port): \(reason(error, timeout))"
    }

    private static func reason(_ error: any Error, _ timeout: Duration) -> String {
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded: "no whole answer within \(timeout.components.seconds) s"
            case .connectTimeout: "no connection within 10 s"
            case .remoteConnectionClosed: "closed the connection before its answer was whole"
            // Its description has values of header fields.
            default: error.shortDescription
            }
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first {
                reason(failure.error, timeout)
            } else if error.dnsAError != nil || error.dnsAAAAError != nil {
                "has no address"
            } else {
                "no connection"
            }
        case let error as IOError: unsafe String(cString: strerror(error.errnoCode))
        case let error as NIOSSLError: "TLS: \(error)"
        default: "\(error)"
        }
    }
}
