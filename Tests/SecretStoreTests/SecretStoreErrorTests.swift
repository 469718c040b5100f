import Testing

@testable import SecretStore

@Suite
struct SecretStoreErrorTests {
    @Test(arguments: [
        SecretStoreError.missing(store: "S"), .unfinished(store: "S"), .alreadyInitialised(store: "S"),
        .foreign(store: "S", found: "a\nb"), .tooNew(store: "S", version: 2), .locked(store: "S"),
        .unavailable(store: "S", reason: "a\nb"), .damaged(store: "S", reason: "r"),
        .cannotCreate(file: "S", reason: "r"), .missingFile("S"), .unreadable(file: "S", reason: "r"),
        .tooLong(file: "S"), .notASealingKey(file: "S", found: "f"),
        .wrongKey(file: "S", fingerprint: "01", store: "T", expected: "02"), .doesNotOpen(.sample(), store: "S"),
        .exists(.sample(), store: "S"), .tooLongSecret(.sample()),
    ])
    func isOneLineForAPerson(_ error: SecretStoreError) {
        let line = "\(error)"
        #expect(!line.contains("\n") && !line.hasSuffix("."))
        #expect(line.hasPrefix("S: ") || line.hasPrefix("the secret of organisation 1, wc_first"))
    }
}
