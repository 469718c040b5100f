import Testing

@testable import Warehouses

@Suite struct ProxyTests {
    @Test(arguments: [
        ("http://proxy.example.com:3128", "http://proxy.example.com:3128", nil, ""),
        ("http://proxy.example.com:3128/", "http://proxy.example.com:3128", nil, ""),
        ("proxy.example.com:3128", "http://proxy.example.com:3128", nil, ""),
        ("HTTP://10.0.0.1:1", "http://10.0.0.1:1", nil, ""),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128", nil, ""),
        ("http://me:pass@proxy:3128", "http://proxy:3128", "me", "pass"),
        ("me:pass@[::1]:3128", "http://[::1]:3128", "me", "pass"),
        ("http://a%40b:p%3A%2F%20%25@proxy:3128", "http://proxy:3128", "a@b", "p:/ %"),
        ("http://me@proxy:3128", "http://proxy:3128", "me", ""),
    ])
    func readsItsURL(_ text: String, url: String, user: String?, password: String) throws {
        let proxy = try #require(Proxy(text))
        #expect(proxy.url == url)
        #expect(proxy.user == user)
        #expect(proxy.password == password)
    }

    @Test(arguments: [
        "", "http://", "http://proxy", "proxy", "https://proxy:3128", "socks5://proxy:1080", "http://proxy:0",
        "http://proxy:65536", "http://proxy:3128/path", "http://proxy:3128?a", "http://proxy:3128#a", "http://:3128",
        "http://::1:3128", "http://pro xy:3128",
    ])
    func refusesWhatIsNoProxy(_ text: String) { #expect(Proxy(text) == nil) }

    @Test func printsNoPassword() throws {
        let proxy = try #require(Proxy("http://me:hunter2@proxy:3128"))
        var text = "\(proxy) \(String(reflecting: proxy))"
        dump(proxy, to: &text)
        #expect(!text.contains("hunter2") && !text.contains("me:"))
    }

    @Test(arguments: [
        ("example.com", "ch.example.com", true), ("example.com", "example.com", true),
        (".example.com", "a.example.com", true),
        ("*.example.com", "a.example.com", true), ("EXAMPLE.com", "a.Example.COM", true),
        ("example.com", "notexample.com", false), ("example.com", "example.com.org", false), ("*", "anything", true),
        ("a, b,example.com", "b", true), ("a b", "b", true), ("", "a", false), (",", "a", false), (".", "a", false),
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false), ("10.1.2.3", "10.1.2.3", true),
        ("1.2.3", "10.1.2.3", false), ("2.3", "10.1.2.3", false), ("::1", "::1", true), ("[::1]", "::1", true),
        ("2001:db8::/32", "2001:db8:1::1", true), ("10.0.0.0/8", "a.10.0.0.0", false),
    ])
    func knowsItsExceptions(_ text: String, host: String, isException: Bool) {
        #expect(ProxyExceptions(text).contains(host) == isException)
    }
}
