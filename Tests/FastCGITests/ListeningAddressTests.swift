import FastCGI
import Testing

@Suite
struct ListeningAddressTests {
    @Test(arguments: [
        ("unix:/run/a.sock", ListeningAddress.unix(path: "/run/a.sock")),
        ("unix:a", .unix(path: "a")),
        ("127.0.0.1:9000", .ip(host: "127.0.0.1", port: 9000)),
        ("[::1]:65535", .ip(host: "::1", port: 65535)),
    ])
    func readsAnAddressAndWritesItBack(_ text: String, _ address: ListeningAddress) {
        #expect(ListeningAddress(text) == address)
        #expect("\(address)" == text)
    }

    @Test(arguments: [
        "", "unix:", "unix:" + String(repeating: "a", count: 108), "/run/a.sock", "9000", ":9000", "127.0.0.1:0",
        "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:+1", "localhost:9000", "::1:9000", "[127.0.0.1]:9000", "[::1]",
        "256.0.0.1:1", "tcp:127.0.0.1:9000",
    ])
    func refusesAnythingElse(_ text: String) {
        #expect(ListeningAddress(text) == nil)
    }

    @Test
    func takesTheLongestPathOfAUnixSocket() {
        #expect(ListeningAddress("unix:" + String(repeating: "a", count: 107)) != nil)
    }
}
