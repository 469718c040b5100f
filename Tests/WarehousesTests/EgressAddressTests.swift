import Testing
import Warehouses

@Suite struct EgressAddressTests {
    @Test(arguments: [
        "8.8.8.8", "8.8.8.8/32", "9.9.9.0/24", "52.0.0.0/9", "1.0.0.0/8", "223.255.255.255", "192.0.1.0/24",
    ])
    func takesPublicAddressesAndBlocks(text: String) {
        #expect(EgressAddress(text)?.text == text)
    }

    @Test(arguments: [
        // None.
        "", " ", "8.8.8", "8.8.8.8 ", " 8.8.8.8", "08.8.8.8", "8.8.8.256", "0x08.8.8.8", "134744072", "example.com",
        "8.8.8.8;", "8.8.8.8'", "８.8.8.8", "2001:4860:4860::8888", "2000::/3", "::ffff:8.8.8.8",
        // No block, or more than it says.
        "8.8.8.8/", "/24", "8.8.8.0/24/24", "8.8.8.0/33", "8.8.8.0/-1", "8.8.8.0/+24", "8.8.8.0/024", "8.8.8.0/ 24",
        "8.8.8.0/255.255.255.0", "8.8.8.8/24", "9.9.9.1/31",
        // Not public, or not all of it.
        "10.0.0.1", "127.0.0.1", "192.168.0.0/16", "172.16.0.0/13", "100.64.0.0/10", "169.254.169.254", "0.0.0.0",
        "0.0.0.0/0", "8.0.0.0/5", "203.0.113.7", "192.0.0.0/16", "224.0.0.0/4", "255.255.255.255", "168.63.129.0/24",
    ])
    func refusesWhatNoWarehouseSees(text: String) {
        #expect(EgressAddress(text) == nil)
    }
}
