import CCurl
import Glibc
import Testing

@testable import Warehouses

/// What libcurl and the system say, and whose fault that is.
@Suite struct NetworkErrorTests {
    private func error(
        _ code: CURLcode,
        errno: Int32 = 0,
        verification: Int = 0,
        address: String? = nil,
        isConnected: Bool = false
    ) -> NetworkError {
        let transfer = CurlTransfer(
            url: "https://ch.example.com/",
            headers: [],
            body: nil,
            address: address.flatMap { IPAddress($0) },
            proxy: nil,
            authorities: nil,
            connectTimeout: .seconds(5),
            timeout: .seconds(20),
            longestBody: 100
        )
        let failure = CurlFailure(
            code: code,
            errno: errno,
            verification: verification,
            isWithoutTLS: false,
            tunnelStatus: 0,
            isConnected: isConnected,
            isSecured: false,
            isAnswered: false
        )
        return NetworkError(failure, of: transfer, within: .seconds(20))
    }

    @Test(arguments: [
        (ECONNREFUSED, NetworkError.refused, TestFailure.Cause.warehouse), (EHOSTUNREACH, .noConnection, .warehouse),
        (ECONNRESET, .noConnection, .warehouse), (ENETUNREACH, .unreachable, .service),
        (EAFNOSUPPORT, .unreachable, .service), (EPERM, .unreachable, .service), (EACCES, .noConnection, .warehouse),
        (EMFILE, .noResources, .service), (ENFILE, .noResources, .service), (ENOBUFS, .noResources, .service),
        (ENOMEM, .noResources, .service), (EADDRNOTAVAIL, .unreachable, .service),
    ])
    func saysWhyThereIsNoConnection(errno: Int32, expected: NetworkError, cause: TestFailure.Cause) {
        let error = error(CURLE_COULDNT_CONNECT, errno: errno)
        #expect(error == expected)
        #expect(error.cause == cause)
    }

    /// As many machines have no IPv6: whoever names a host can mend that, and no unit of the operator's should fail for it.
    @Test(arguments: [ENETUNREACH, EAFNOSUPPORT, EADDRNOTAVAIL])
    func tellsTheOwnerOfAHostThatHasIPv6Alone(errno: Int32) {
        let error = error(CURLE_COULDNT_CONNECT, errno: errno, address: "2606:4700::1111")
        #expect(error == .unreachableIPv6)
        #expect(error.cause == .warehouse)
    }

    /// A router far away has none to it, as for an address that nobody has: this machine has one.
    @Test func blamesARouteThatEndsElsewhereOnTheWarehouse() throws {
        #expect(try #require(IPAddress("127.0.0.1")).hasRoute)
        #expect(error(CURLE_COULDNT_CONNECT, errno: ENETUNREACH, address: "127.0.0.1") == .noConnection)
    }

    @Test(arguments: [
        ([NetworkError.refused, .unreachableIPv6], NetworkError.refused), ([.unreachableIPv6, .refused], .refused),
        ([.unreachableIPv6, .unreachable], .unreachable),
        ([.unreachable, .noConnectionInTime(1)], .noConnectionInTime(1)),
        ([.unreachableIPv6], .unreachableIPv6), ([.proxyRefused(502), .proxyRefused(0)], .proxyRefused(502)),
    ])
    func choosesTheErrorThatSaysMostOfTheHost(errors: [NetworkError], expected: NetworkError) {
        #expect(NetworkError(mostTellingOf: errors) == expected)
    }

    @Test func blamesNoWarehouseForThisMachinesMemory() {
        #expect(error(CURLE_OUT_OF_MEMORY).cause == .service)
        #expect(error(CURLE_FAILED_INIT).cause == .service)
    }

    /// OpenSSL's numbers.
    @Test(arguments: [
        (0, NetworkError.otherName, TestFailure.Cause.warehouse), (10, .certificateExpired, .warehouse),
        (9, .certificateNotYetValid, .service), (18, .unknownIssuer, .warehouse), (19, .unknownIssuer, .warehouse),
        (20, .unknownIssuer, .warehouse), (21, .unknownIssuer, .warehouse), (26, .badCertificate(26), .warehouse),
    ])
    func saysWhatIsWrongWithACertificate(number: Int, expected: NetworkError, cause: TestFailure.Cause) {
        let error = error(CURLE_PEER_FAILED_VERIFICATION, verification: number, isConnected: true)
        #expect(error == expected)
        #expect(error.cause == cause)
    }

    @Test func tellsTheOperatorWhatToDoAboutEachFaultOfThisService() {
        let errors: [NetworkError] = [
            .noNameServer, .noAddressInTime(1), .unreachable, .noResources, .noAuthorities, .noProxy, .proxyRefused(0),
            .proxyRefused(407), .noTunnelInTime(1), .certificateNotYetValid,
        ]
        for error in errors {
            #expect(error.cause == .service)
            #expect(error.hint != nil)
            #expect(error.advice == nil)
        }
    }
}
