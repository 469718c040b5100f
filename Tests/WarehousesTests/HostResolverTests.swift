import Dispatch
import Testing

@testable import Warehouses

@Suite struct HostResolverTests {
    private func addresses(_ texts: [String], allowingPrivate: Bool = false) throws(NetworkError) -> [String] {
        let addresses = texts.compactMap { IPAddress($0) }
        return try HostResolver { _ throws(NetworkError) in addresses }
            .addresses(of: "ch.example.com", allowingPrivate: allowingPrivate, within: .seconds(10)).map(\.text)
    }

    @Test func findsAllAddresses() throws {
        #expect(try addresses(["1.1.1.1", "2606:4700::1111"]) == ["1.1.1.1", "2606:4700::1111"])
        #expect(try addresses(["127.0.0.1"], allowingPrivate: true) == ["127.0.0.1"])
    }

    @Test(arguments: [
        (["127.0.0.1"], "127.0.0.1"), (["1.1.1.1", "10.0.0.1"], "10.0.0.1"), (["::1", "1.1.1.1"], "::1"),
        (["1.1.1.1", "::ffff:192.168.0.1"], "::ffff:192.168.0.1"),
    ])
    func refusesANameWithOnePrivateAddress(_ texts: [String], refused: String) throws {
        let address = try #require(IPAddress(refused))
        #expect(throws: NetworkError.notPublic(address)) { try addresses(texts) }
    }

    /// Who may not know a private address may not learn that there is one, either: the sentence is the same.
    @Test func saysThatAHostHasNoAddress() throws {
        #expect(throws: NetworkError.noAddress) { try addresses([], allowingPrivate: true) }
        #expect(throws: NetworkError.notPublic(nil)) { try addresses([]) }
        let inside = try #require(IPAddress("10.0.0.1"))
        #expect(NetworkError.notPublic(inside).text == NetworkError.notPublic(nil).text)
        #expect(NetworkError.notPublic(inside).advice == NetworkError.notPublic(nil).advice)
    }

    /// Whose fault it is: a name server that answers for no name is this service's, one name that nobody answers for is
    /// not. The other name is one that no cache has.
    @Test(arguments: [true, false])
    func tellsASilentNameServerFromASilentName(isSilent: Bool) {
        let resolver = HostResolver { host throws(NetworkError) in
            let isProbe = host.hasSuffix(".root-servers.net") && host != HostResolver.rootServer
            if isProbe, !isSilent { throw .noAddress }
            throw .noNameServer
        }
        let error: NetworkError = isSilent ? .noNameServer : .noServerOfName
        #expect(throws: error) {
            try resolver.addresses(of: "ch.example.com", allowingPrivate: true, within: .seconds(10))
        }
        #expect((error.cause == .service) == isSilent)
    }

    /// As in a network where a proxy alone knows the Internet. Where private addresses are allowed, its names are meant.
    @Test func tellsANameServerWithoutNamesOfTheInternet() {
        let inside = HostResolver { _ throws(NetworkError) in throw .noAddress }
        #expect(throws: NetworkError.noPublicNames) {
            try inside.addresses(of: "ch.example.com", allowingPrivate: false, within: .seconds(10))
        }
        #expect(throws: NetworkError.noAddress) {
            try inside.addresses(of: "ch.example.com", allowingPrivate: true, within: .seconds(10))
        }
        let outside = HostResolver { host throws(NetworkError) in
            guard host == HostResolver.rootServer else { throw .noAddress }
            return ["198.41.0.4"].compactMap { IPAddress($0) }
        }
        #expect(throws: NetworkError.notPublic(nil)) {
            try outside.addresses(of: "ch.example.com", allowingPrivate: false, within: .seconds(10))
        }
    }

    /// As others spell an address, which no rule of names refuses.
    @Test(arguments: ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
    func refusesThisMachineInAnySpelling(_ host: String) {
        #expect(
            performing: {
                try HostResolver.system.addresses(of: host, allowingPrivate: false, within: .seconds(10))
            },
            throws: { error in
                guard case .notPublic? = error as? NetworkError else { return false }
                return true
            }
        )
    }

    @Test(.timeLimit(.minutes(1)))
    func waitsForNoServerOfANameThatIsSilent() {
        let isAnswering = DispatchSemaphore(value: 0)
        defer { isAnswering.signal() }
        let resolver = HostResolver { host throws(NetworkError) in
            if host == "ch.example.com" { isAnswering.wait() }
            return []
        }
        #expect(throws: NetworkError.noServerOfName) {
            try resolver.addresses(of: "ch.example.com", allowingPrivate: false, within: .seconds(4))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func waitsForNoNameServerThatIsSilent() {
        let isAnswering = DispatchSemaphore(value: 0)
        defer { for _ in 1...2 { isAnswering.signal() } }
        let resolver = HostResolver { _ throws(NetworkError) in
            isAnswering.wait()
            return []
        }
        #expect(throws: NetworkError.noAddressInTime(1)) {
            try resolver.addresses(of: "ch.example.com", allowingPrivate: false, within: .milliseconds(100))
        }
    }
}
