import Dispatch
import Foundation
import Glibc
import Synchronization

/// Finds the addresses of a host at the moment of a test.
struct HostResolver: Sendable {
    /// All addresses that a name has now, the preferred one first.
    let addresses: @Sendable (String) throws(NetworkError) -> [IPAddress]

    /// The addresses to connect to, the preferred one first; at least one.
    ///
    /// A name with one private address among its public ones is refused, too: which one comes first is the choice of
    /// whoever owns the name.
    ///
    /// - Parameter time: for how long it may block. A look-up that takes longer goes on, on a thread of its own, until the
    ///   system gives it up.
    /// - Throws: ``NetworkError``. Unless private addresses are allowed, a name that has only private ones gets the same
    ///   error as one that does not exist, so that nobody finds out which names exist inside a network.
    func addresses(
        of host: String,
        allowingPrivate: Bool,
        within time: Duration
    ) throws(NetworkError) -> [IPAddress] {
        // Something is left for finding out whose fault it is.
        let reserve = min(.seconds(5), time / 4)
        var found: [IPAddress] = []
        switch lookUp(host, within: time - reserve) {
        case .success(let addresses)?: found = addresses
        case .failure(.noAddress)?: if !allowingPrivate, !knowsPublicNames(within: reserve) { throw .noPublicNames }
        case let failure:
            if isAnswering(within: reserve) { throw .noServerOfName }
            _ = try failure?.get()
            throw .noAddressInTime(time.wholeSeconds)
        }
        guard !found.isEmpty else { throw allowingPrivate ? .noAddress : .notPublic(nil) }
        guard !allowingPrivate else { return found }
        // A public address of this machine is behind the firewall, too.
        let own = IPAddress.ofThisMachine
        if let address = found.first(where: { !$0.isPublic || own.contains($0) }) { throw .notPublic(address) }
        return found
    }

    /// Nil if it takes longer.
    private func lookUp(_ host: String, within time: Duration) -> Result<[IPAddress], NetworkError>? {
        let lookUp = LookUp()
        Thread.detachNewThread { lookUp.finish(Result { () throws(NetworkError) in try addresses(host) }) }
        return lookUp.wait(for: time)
    }

    /// A name that each name server of the Internet knows.
    static let rootServer = "a.root-servers.net"

    /// Whether the name servers know names of the Internet, and not only those of a network.
    private func knowsPublicNames(within time: Duration) -> Bool {
        if case .success(let addresses)? = lookUp(Self.rootServer, within: time) { !addresses.isEmpty } else { false }
    }

    /// Whether a name server says of a name that no cache has that there is none.
    private func isAnswering(within time: Duration) -> Bool {
        let name = "\(UInt64.random(in: .min ... .max)).root-servers.net"
        return switch lookUp(name, within: time) {
        case .success?, .failure(.noAddress)?: true
        default: false
        }
    }

    /// The system's: /etc/hosts, DNS. The corresponding C function is `getaddrinfo`.
    static let system = HostResolver { host throws(NetworkError) in
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        switch unsafe getaddrinfo(host, nil, &hints, &list) {
        case 0: break
        case EAI_AGAIN, EAI_FAIL, EAI_SYSTEM, EAI_MEMORY: throw .noNameServer
        default: throw .noAddress
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var entry = unsafe list
        while let current = unsafe entry {
            if let address = unsafe IPAddress(current.pointee.ai_addr) { addresses.append(address) }
            unsafe entry = current.pointee.ai_next
        }
        return addresses
    }
}

/// A look-up that one thread makes and another one waits for.
private final class LookUp: Sendable {
    private let result = Mutex<Result<[IPAddress], NetworkError>?>(nil)
    private let isFinished = DispatchSemaphore(value: 0)

    func finish(_ result: Result<[IPAddress], NetworkError>) {
        self.result.withLock { $0 = result }
        isFinished.signal()
    }

    /// Nil if it takes longer.
    func wait(for time: Duration) -> Result<[IPAddress], NetworkError>? {
        _ = isFinished.wait(timeout: .now() + .milliseconds(Int(time / .milliseconds(1))))
        return result.withLock { $0 }
    }
}
