import Testing

@testable import SecretStore

@Suite
struct SecretNameTests {
    @Test(arguments: ["a", "password", "private_key", "token2", String(repeating: "a", count: 63)])
    func takesAFieldsName(_ text: String) {
        #expect(SecretName(text)?.rawValue == text)
    }

    @Test(arguments: ["", "A", "_a", "2a", "a b", "a-b", "a\0", "ä", "a\n", String(repeating: "a", count: 64)])
    func refusesAnother(_ text: String) {
        #expect(SecretName(text) == nil)
    }

    @Test
    func countsVersionsFromOne() {
        #expect(SecretVersion(0) == nil && SecretVersion(-1) == nil && SecretVersion(1 << 31) == nil)
        #expect(SecretVersion.first.rawValue == 1 && SecretVersion.first.next.rawValue == 2)
        #expect(SecretVersion(1 << 31 - 1)?.next.rawValue == 1 << 31 - 1)
    }
}
