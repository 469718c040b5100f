import CCurl
import Glibc

/// Why a warehouse has not answered.
enum NetworkError: Error, Hashable {
    /// No address has that name.
    case noAddress
    /// No name server says anything.
    case noNameServer
    /// No name server says anything of this name.
    case noServerOfName
    /// The name servers know no name of the Internet.
    case noPublicNames
    /// Nil if it has none at all.
    case notPublic(IPAddress?)
    /// In seconds.
    case noAddressInTime(Int64)
    case refused
    /// This machine has no way to it.
    case unreachable
    /// This machine has no IPv6, like many others, and no other address of the host works.
    case unreachableIPv6
    /// This machine has no memory, no descriptor or no port left.
    case noResources
    case noConnection
    case noConnectionInTime(Int64)
    case certificateExpired
    case certificateNotYetValid
    case unknownIssuer
    case otherName
    /// OpenSSL's number of what is wrong with it.
    case badCertificate(Int)
    case noAuthorities
    /// The other side does not speak it.
    case noTLS
    /// The other side has ended it, or takes no version that is still safe.
    case noHandshake
    case noTLSInTime(Int64)
    case noHTTP
    /// As of a port that expects TLS.
    case noPlainHTTP
    case endlessHead
    case closed
    case noAnswerInTime(Int64)
    case noProxy
    /// With its answer to CONNECT; 0 if it closed the connection instead.
    case proxyRefused(Int)
    case noTunnelInTime(Int64)
    /// libcurl's number of the error.
    case other(Int)

    /// A sentence that goes on after the name of the host; after the proxy's and before the host's if it is the proxy's.
    var text: String {
        switch self {
        case .noAddress: "no such host"
        case .noNameServer: "no name server answers"
        case .noServerOfName: "the name servers of this name do not answer"
        case .noPublicNames: "the name servers here know no name of the Internet"
        case .notPublic: "no such host, or none with a public address"
        case .noAddressInTime(let seconds): "no name server has answered within \(seconds) s"
        case .refused: "the connection was refused"
        case .unreachable: "this machine has no way to it"
        case .unreachableIPv6: "has an IPv6 address, to which this service has no way"
        case .noResources: "this machine has no memory, descriptor or port left for a connection"
        case .noConnection: "cannot be reached"
        case .noConnectionInTime(let seconds): "no connection within \(seconds) s"
        case .certificateExpired: "TLS: the certificate has expired"
        case .certificateNotYetValid: "TLS: the certificate is not valid yet"
        case .unknownIssuer: "TLS: the certificate is not from an authority that is trusted here"
        case .otherName: "TLS: the certificate is for another name"
        case .badCertificate(let number): "TLS: the certificate is not accepted (\(number))"
        case .noAuthorities: "TLS: there are no certificate authorities to trust here"
        case .noTLS: "TLS: the port does not speak it"
        case .noHandshake: "TLS: the other side did not agree to a connection"
        case .noTLSInTime(let seconds): "TLS: no answer within \(seconds) s"
        case .noHTTP: "the answer is not HTTP"
        case .noPlainHTTP: "the port does not answer in HTTP without TLS"
        case .endlessHead: "the head of the answer is too long"
        case .closed: "closed the connection before its answer was whole"
        case .noAnswerInTime(let seconds): "no whole answer within \(seconds) s"
        case .noProxy: "the proxy cannot be reached for"
        case .proxyRefused(0): "the proxy closed the connection for"
        case .proxyRefused(let status): "the proxy answered HTTP \(status) for"
        case .noTunnelInTime(let seconds): "the proxy did not answer within \(seconds) s for"
        case .other(let number): "the exchange failed (\(number))"
        }
    }

    var cause: TestFailure.Cause {
        switch self {
        case .noNameServer, .noPublicNames, .noAddressInTime, .unreachable, .noResources, .noAuthorities, .noProxy,
            .proxyRefused, .noTunnelInTime:
            .service
        // Authorities set the beginning of a certificate a little into the past, so it is probably this machine's clock
        // that is wrong, as after a start.
        case .certificateNotYetValid: .service
        case .other(let number): Self.isOfLibrary(number) ? .service : .warehouse
        default: .warehouse
        }
    }

    /// Whether this service has asked libcurl for something that it does not know.
    private static func isOfLibrary(_ number: Int) -> Bool {
        [CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT].contains { Int($0.rawValue) == number }
    }

    /// What the owner of the warehouse may do about it; nil if the text says all.
    var advice: String? {
        switch self {
        case .noAddress, .noServerOfName: "is the name of the host right?"
        case .notPublic: "is the host right? It must have a public address"
        case .refused, .noConnection, .noConnectionInTime:
            "is its address right, does it run, and does its firewall let this service in?"
        case .unreachableIPv6: "give a host that has an IPv4 address, too"
        case .certificateExpired: "renew the certificate of the warehouse"
        case .unknownIssuer: "the warehouse must send its whole chain of certificates, from a public authority"
        case .otherName: "give the host by a name that is in its certificate"
        case .noHandshake: "does it take TLS 1.2 or 1.3, and this service without a certificate?"
        case .noTLS: "is it a port without TLS? Then set secure to false, or give the port with TLS"
        case .noPlainHTTP: "is it a port with TLS? Then set secure to true, or give the port without TLS"
        default: nil
        }
    }

    /// What the operator may do about it; nil if nothing is known.
    var hint: String? {
        switch self {
        case .notPublic(let address):
            address.map { "its address is \($0.text): if that is in a network of your own, give --allow-private-host" }
        case .noNameServer, .noPublicNames, .noAddressInTime: "look at /etc/resolv.conf"
        case .unreachable: "look at routes and firewall: ip route"
        case .unreachableIPv6: "if this machine should have IPv6, look at routes and firewall: ip -6 route"
        case .noResources: "look at free memory and at the limit of open files: ulimit -n"
        case .unknownIssuer: "if the warehouse has a certificate authority of its own, give --ca-file"
        case .noAuthorities: "look at the file of --ca-file; without that option: apt-get install ca-certificates"
        case .certificateNotYetValid, .certificateExpired: "is the clock of this machine right? See timedatectl"
        case .proxyRefused(407):
            "give the proxy's user and password in HTTPS_PROXY: http://<user>:<password>@<host>:<port>"
        case .noProxy, .proxyRefused, .noTunnelInTime: "look at the proxy, at --proxy, HTTPS_PROXY and NO_PROXY"
        default: nil
        }
    }

    /// Whether nothing was sent to that address, so that another one of the same host may be tried.
    var isOfOneAddress: Bool {
        switch self {
        case .proxyRefused(407): false
        case .refused, .unreachable, .unreachableIPv6, .noConnection, .noConnectionInTime, .noTLS, .noTLSInTime,
            .noHandshake, .proxyRefused, .noTunnelInTime:
            true
        default: false
        }
    }
}

extension NetworkError {
    /// Of what has failed at the addresses of one host, in turn and at least one, the error that says most of the host:
    /// a fault of this machine tells nothing about the host.
    init(mostTellingOf errors: [NetworkError]) {
        self =
            errors.first { $0.cause == .warehouse && $0 != .unreachableIPv6 } ?? errors.first { $0.cause == .service }
            ?? errors[0]
    }

    /// - Parameters:
    ///   - transfer: whose timeouts have come into play.
    ///   - total: what the deadline of the whole test was made from.
    init(_ failure: CurlFailure, of transfer: CurlTransfer, within total: Duration) {
        let isTunnelled = transfer.proxy == nil || failure.tunnelStatus / 100 == 2
        let isAtDeadline = transfer.connectTimeout >= transfer.timeout
        let connectSeconds = (isAtDeadline ? total : transfer.connectTimeout).wholeSeconds
        let isSecure = transfer.url.hasPrefix("https:")
        self =
            switch failure.code {
            case CURLE_COULDNT_RESOLVE_PROXY: .noProxy
            case CURLE_COULDNT_CONNECT where transfer.proxy != nil && failure.tunnelStatus == 0: .noProxy
            case _ where !isTunnelled && failure.tunnelStatus != 0: .proxyRefused(failure.tunnelStatus)
            case CURLE_OPERATION_TIMEDOUT where !failure.isConnected:
                transfer.proxy == nil ? .noConnectionInTime(connectSeconds) : .noProxy
            case CURLE_OPERATION_TIMEDOUT where !isTunnelled: .noTunnelInTime(connectSeconds)
            case CURLE_OPERATION_TIMEDOUT where isSecure && !failure.isSecured: .noTLSInTime(connectSeconds)
            case CURLE_OPERATION_TIMEDOUT: .noAnswerInTime(total.wholeSeconds)
            case _ where !isTunnelled: .proxyRefused(0)
            case CURLE_COULDNT_CONNECT:
                switch failure.errno {
                case ECONNREFUSED: .refused
                case ENETUNREACH, EAFNOSUPPORT, EADDRNOTAVAIL, EPERM:
                    switch transfer.address {
                    case let address? where address.isVersion6: .unreachableIPv6
                    // A router far away says that, too.
                    case let address? where address.hasRoute: .noConnection
                    default: .unreachable
                    }
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: .noResources
                default: .noConnection
                }
            case CURLE_PEER_FAILED_VERIFICATION: Self(verification: failure.verification)
            case CURLE_SSL_CACERT_BADFILE: .noAuthorities
            case CURLE_SSL_CONNECT_ERROR: failure.isWithoutTLS ? .noTLS : .noHandshake
            // libcurl takes an answer without a head for HTTP/0.9, and calls that an unsupported protocol.
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: isSecure ? .noHTTP : .noPlainHTTP
            // Of header lines; a body may be too long.
            case CURLE_WRITE_ERROR: .endlessHead
            // What libcurl also says of a header line beyond 100 KB.
            case CURLE_OUT_OF_MEMORY where failure.isConnected: .endlessHead
            case CURLE_FAILED_INIT, CURLE_OUT_OF_MEMORY: .noResources
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
                if isSecure {
                    failure.isSecured ? .closed : .noHandshake
                } else {
                    failure.isAnswered ? .closed : .noPlainHTTP
                }
            default: .other(Int(failure.code.rawValue))
            }
    }

    /// Source: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error, the numbers from openssl/x509_vfy.h.
    private init(verification number: Int) {
        self =
            switch number {
            // The name is looked at by libcurl itself.
            case 0, 1: .otherName
            case 2, 18, 19, 20, 21: .unknownIssuer
            case 9: .certificateNotYetValid
            case 10: .certificateExpired
            default: .badCertificate(number)
            }
    }
}

extension Duration {
    /// Rounded up: nobody waits for 0 s.
    var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
