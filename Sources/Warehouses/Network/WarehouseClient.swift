import Foundation
import WarehouseConnections

/// What is asked of a warehouse.
struct WarehouseRequest {
    /// With a slash in front.
    var path = "/"
    let headers: [(name: String, value: String)]
    /// Posted; nil for GET.
    var body: [UInt8]?
}

/// Where a warehouse is.
struct WarehouseServer: CustomStringConvertible {
    /// A name or an IP address without brackets.
    let host: String
    let port: Int
    var isSecure = true
    /// Whether it may be on this machine or in its network.
    let mayBePrivate: Bool
    /// Whether a provider sees to its certificate for all customers: if it is not trusted, something is wrong here, such as
    /// the clock, or a proxy that opens TLS.
    var isOfProvider = false

    var description: String { "\(host.bracketed):\(port)" }
    var url: String { "\(isSecure ? "https" : "http")://\(self)" }
}

/// HTTP for one test of a connection: it follows no redirect, reads no endless answer, and ends at a deadline. Each request
/// has a connection of its own, so that none is sent on one that the warehouse has closed meanwhile.
final class WarehouseClient {
    private let server: WarehouseServer
    private let settings: NetworkSettings
    private let proxy: Proxy?
    private let resolver: HostResolver
    private let deadline: ContinuousClock.Instant
    /// Where to connect to, the most promising one first; nil stands for what the proxy finds. Empty before it is known.
    private var addresses: [IPAddress?] = []

    init(
        _ server: WarehouseServer,
        _ settings: NetworkSettings,
        until deadline: ContinuousClock.Instant,
        resolver: HostResolver = .system
    ) {
        self.server = server
        self.settings = settings
        self.deadline = deadline
        self.resolver = resolver
        proxy = settings.proxy(to: server.host)
    }

    var timeLeft: Duration { max(.zero, deadline - .now) }

    var hasTimeLeft: Bool { timeLeft > .zero }

    /// Waits, but not beyond the deadline.
    func pause(_ duration: Duration) { Thread.sleep(forTimeInterval: min(duration, timeLeft) / .seconds(1)) }

    /// Sends a request and reads its answer.
    ///
    /// - Throws: ``TestFailure`` if there is none in time or it is a redirect.
    func send(_ request: WarehouseRequest) throws(TestFailure) -> WarehouseAnswer {
        let answer: CurlAnswer
        do throws(NetworkError) {
            answer = try exchange(request)
        } catch {
            let isOurs = server.isOfProvider && [.unknownIssuer, .certificateExpired].contains(error)
            throw TestFailure(
                text(of: error),
                advice: error.advice,
                hint: error.hint,
                cause: isOurs ? .service : error.cause
            )
        }
        guard !(300..<400).contains(answer.status) else {
            throw TestFailure("HTTP \(answer.status): a redirect, which is not followed")
        }
        return WarehouseAnswer(answer, to: request)
    }

    private func text(of error: NetworkError) -> String {
        switch error {
        case .notPublic(let address?) where IPAddress(server.host) == address:
            "\(server.host): is not a public address"
        case .noProxy, .proxyRefused, .noTunnelInTime: "\(proxy?.url ?? ""): \(error.text) \(server)"
        // These errors are about the name alone, so no port.
        case .noAddress, .noNameServer, .noServerOfName, .noPublicNames, .noAddressInTime, .notPublic:
            "\(server.host): \(error.text)"
        default: "\(server): \(error.text)"
        }
    }

    /// Tries one address after the other, and stays with the first that answers.
    private func exchange(_ request: WarehouseRequest) throws(NetworkError) -> CurlAnswer {
        if addresses.isEmpty { addresses = try findAddresses() }
        var errors: [NetworkError] = []
        while true {
            guard hasTimeLeft else { throw .noAnswerInTime(settings.timeout.wholeSeconds) }
            let transfer = transfer(request)
            do throws(CurlFailure) {
                return try CurlHandle().perform(transfer)
            } catch {
                let error = NetworkError(error, of: transfer, within: settings.timeout)
                errors.append(error)
                guard error.isOfOneAddress, addresses.count > 1, hasTimeLeft else {
                    throw NetworkError(mostTellingOf: errors)
                }
                addresses.removeFirst()
            }
        }
    }

    private func findAddresses() throws(NetworkError) -> [IPAddress?] {
        // Where any address will do, the proxy may know names that nobody knows here.
        if proxy != nil, server.mayBePrivate { return [nil] }
        return try resolver.addresses(of: server.host, allowingPrivate: server.mayBePrivate, within: timeLeft)
    }

    private func transfer(_ request: WarehouseRequest) -> CurlTransfer {
        let timeLeft = timeLeft
        return CurlTransfer(
            url: server.url + request.path,
            headers: [("User-Agent", "warehousectl/\(Release.version)")] + request.headers,
            body: request.body,
            address: addresses.first ?? nil,
            proxy: proxy,
            authorities: settings.authorities,
            // Something is left for the other addresses.
            connectTimeout: min(.seconds(10), timeLeft / addresses.count),
            timeout: timeLeft,
            longestBody: WarehouseAnswer.longestBody
        )
    }
}
