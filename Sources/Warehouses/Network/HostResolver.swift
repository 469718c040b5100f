import Dispatch
import Glibc

/// Finds the address of a host at the moment of a test.
struct HostResolver: Sendable {
    /// All addresses that a name has now, the preferred one first.
    ///
    /// - Throws: ``TestFailure``.
    let addresses: @Sendable (String) async throws -> [IPAddress]

    /// The address to connect to, in the usual notation.
    ///
    /// A name with one private address among its public ones is refused, too: which one comes first is the choice of
    /// whoever owns the name.
    ///
    /// - Throws: ``TestFailure``.
    func address(of host: String, allowingPrivate: Bool) async throws -> String {
        let found = try await addresses(host)
        guard let first = found.first else { throw TestFailure("\(host): has no address") }
        if !allowingPrivate, let address = found.first(where: { !$0.isPublic }) {
            throw TestFailure(
                address.text == host
                    ? "\(host): is not a public address"
                    : "\(host): has \(address.text), which is not a public address",
                advice: "if the warehouse is in a network of your own, give --allow-private-host"
            )
        }
        return first.text
    }

    /// The system's: /etc/hosts, DNS. The corresponding C function is `getaddrinfo`, which blocks for as long as a name
    /// server is silent: it has a thread of its own, and whoever is cancelled does not wait for it.
    static let system = HostResolver { host in
        let (answers, answer) = AsyncThrowingStream.makeStream(of: [IPAddress].self)
        DispatchQueue.global().async {
            do {
                answer.yield(try lookUp(host))
                answer.finish()
            } catch {
                answer.finish(throwing: error)
            }
        }
        for try await addresses in answers { return addresses }
        throw CancellationError()
    }

    private static func lookUp(_ host: String) throws -> [IPAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else { throw TestFailure("\(host): \(unsafe String(cString: gai_strerror(code)))") }
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
