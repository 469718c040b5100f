import Foundation
import TestSupport
import Testing

@testable import SecretStore

@Suite
struct SecretTests {
    private struct Holder {
        let user = "alice"
        let password: Secret
    }

    private static func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }

    private static let plain = "correct horse battery staple"

    @Test(arguments: [
        Secret(plain).description,
        Secret(plain).debugDescription,
        "\(Secret(plain))",
        "\(Optional(Secret(plain)) as Any)",
        String(reflecting: Secret(plain)),
        String(describing: Secret(plain)),
        dumped(Secret(plain)),
        dumped([Secret(plain)]),
        dumped(Holder(password: Secret(plain))),
        "\(Holder(password: Secret(plain)))",
        "\(["password": Secret(plain)])",
        "\(Result<Secret, any Error>.success(Secret(plain)))",
    ])
    func printsNothingOfItself(_ text: String) {
        #expect(text.contains("[redacted]"))
        for piece in ["correct", "horse", "99, 111", "63 6f", "636f"] { #expect(!text.contains(piece)) }
    }

    @Test
    func hasNothingInItsMirror() {
        #expect(Mirror(reflecting: Secret(Self.plain)).children.isEmpty)
    }

    @Test
    func canNotBeEncoded() {
        #expect(!(Secret(Self.plain) as Any is any Encodable))
        #expect(!(Secret(Self.plain) as Any is any Decodable))
    }

    @Test(arguments: [0, 1, 14, 15, 63, 64, 65, 5_000])
    func takesBytesOver(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        var array = bytes
        var data = Data(bytes)
        #expect(Secret(taking: &array).bytes == bytes)
        #expect(Secret(taking: &data).bytes == bytes)
        #expect(array.isEmpty && data.isEmpty)
    }

    @Test
    func isEqualToWhatHoldsTheSame() {
        #expect(Secret(Self.plain) == Secret(Self.plain))
        #expect(Secret(Self.plain) != Secret("correct horse battery stapl_"))
        #expect(Secret(Self.plain) != Secret("correct"))
    }

    @Test
    func wipes() {
        var bytes: [UInt8] = [1, 2, 3]
        unsafe bytes.withUnsafeMutableBytes { unsafe $0.wipe() }
        #expect(bytes == [0, 0, 0])
        unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0).wipe()
    }

    @Test
    func readsAFileToItsEnd() throws {
        let site = try Site(initialised: false)
        for count in [0, 1, 65_536] {
            try site.write(String(repeating: "x", count: count), to: "password")
            #expect(try Secret(contentsOf: site.directory("password")).count == count)
        }
        try site.write(String(repeating: "x", count: 65_537), to: "password")
        let file = site.directory("password")
        #expect(throws: SecretStoreError.tooLong(file: file)) { try Secret(contentsOf: file) }
        #expect(throws: SecretStoreError.missingFile(site.directory("none"))) {
            try Secret(contentsOf: site.directory("none"))
        }
        #expect(throws: SecretStoreError.unreadable(file: site.directory.path, reason: "Is a directory")) {
            try Secret(contentsOf: site.directory.path)
        }
    }
}
