import Testing
import WarehouseConnections

@testable import Warehouses

@Suite struct TestFailureTests {
    /// Each must be a `last_error` that a connection can have.
    @Test(arguments: [
        ("", 0), ("no", 2), ("a\0b", 5), (String(repeating: "x", count: 9000), 8192),
        // 2,730 characters of three bytes are 8,190.
        (String(repeating: "€", count: 3000), 8190), (String(repeating: "x", count: 8191) + "é", 8191),
        (String(repeating: "x", count: 8190) + "\r\n", 8192),
    ])
    func keepsWhatAConnectionCanHold(text: String, count: Int) {
        let kept = TestFailure(text).text
        #expect(kept.utf8.count == count)
        #expect(!kept.contains("\0"))
        #expect(text.hasPrefix(kept) || text.contains("\0"))
    }

    @Test func hidesCredentials() throws {
        #expect("\(Credential.password("hunter2"))" == "[redacted]")
        var text = ""
        dump([Credential.password("hunter2")], to: &text)
        #expect(!text.contains("hunter2"))
    }
}
