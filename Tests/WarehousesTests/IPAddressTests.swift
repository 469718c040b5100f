import Testing

@testable import Warehouses

@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.192", "192.168.1.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "168.63.129.16", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:0:a00:1", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "100::1",
    ])
    func knowsWhatIsNotPublic(_ text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic == false)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.20.0.0",
        "223.255.255.255", "168.63.129.17", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1", "2002:101:101::1",
    ])
    func knowsWhatIsPublic(_ text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test func readsAllOfItsTables() {
        #expect(IPAddress.special.count == 26)
        #expect(IPAddress.prefixesOfEmbedded.count == 4)
    }

    @Test(arguments: ["127.0.0.1", "::1", "2606:4700::1111", "fe80::1"])
    func comesBackAsItCame(_ text: String) { #expect(IPAddress(text)?.text == text) }

    @Test(arguments: ["", "localhost", "127.1", "0x7f000001", "1.2.3.4.5", "::1%lo"])
    func isNothingElse(_ text: String) { #expect(IPAddress(text) == nil) }
}
