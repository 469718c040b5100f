import Foundation
import StoreFiles
import TestSupport
import Testing

@testable import SecretStore

@Suite
struct SealingKeyTests {
    private let site: Site

    init() throws { site = try Site(initialised: false) }

    private func refusal(of text: String) throws -> String? {
        try site.write(text, to: "key")
        do {
            _ = try site.key
            return nil
        } catch SecretStoreError.notASealingKey(let file, let found) {
            #expect(file == site.keyFile)
            return found
        }
    }

    @Test
    func isOneLineInAFileOfItsOwnersAlone() throws {
        let key = SealingKey.random(for: site.keyFile)
        try key.write()
        let text = try String(contentsOfFile: site.keyFile, encoding: .utf8)
        #expect(text.wholeMatch(of: /whsk1_[0-9a-f]{64}_[0-9a-f]{16}\n/) != nil)
        #expect(text.hasSuffix(key.fingerprint + "\n"))
        #expect(try site.mode("key") == 0o600)
        #expect(try site.files == ["key"])
        #expect(try site.key.publicKey == key.publicKey)
        // As a credential it may lose the end of its line.
        #expect(try refusal(of: String(text.dropLast())) == nil)
    }

    @Test
    func replacesNothing() throws {
        try site.write("mine", to: "key")
        try FileManager.default.createSymbolicLink(
            atPath: site.directory("link"),
            withDestinationPath: site.directory("nowhere")
        )
        for name in ["key", "link"] {
            let file = site.directory(name)
            #expect(throws: SecretStoreError.cannotCreate(file: file, reason: nameIsTaken)) {
                try SealingKey.random(for: file).write()
            }
        }
        #expect(try String(contentsOfFile: site.keyFile, encoding: .utf8) == "mine")
        #expect(try site.files == ["key", "link"])
        let file = site.directory("no/such/place")
        #expect(throws: SecretStoreError.cannotCreate(file: file, reason: "No such file or directory")) {
            try SealingKey.random(for: file).write()
        }
    }

    @Test
    func goesOnAfterAnInterruptedRun() throws {
        try site.leaveWorkingFolder(with: "whsk1_00")
        try site.write("whsk1_00", to: "key.part")
        try SealingKey.random(for: site.keyFile).write()
        #expect(try site.files == ["key", "key.part"])
        _ = try site.key
    }

    @Test(arguments: [
        ("", "it is empty"),
        ("\n", "it does not start with whsk1_"),
        ("SQLite format 3", "it does not start with whsk1_"),
        ("whc_0123456789Ab_AAAA", "it does not start with whsk1_"),
        ("whsk1", "it does not start with whsk1_"),
        ("whsk1_", "it is not one line of 87 characters"),
        ("KEY\n\n", "it is not one line of 87 characters"),
        ("KEY\r\n", "it is not one line of 87 characters"),
        ("KEY ", "it is not one line of 87 characters"),
        (" KEY", "it does not start with whsk1_"),
    ])
    func refusesAnotherFile(_ text: String, _ found: String) throws {
        let key = SealingKey.random(for: "").line.bytes.dropLast()
        let text = text.replacing("KEY", with: String(decoding: key, as: UTF8.self))
        #expect(try refusal(of: text) == found)
    }

    @Test
    func refusesEveryMistypedDigit() throws {
        let line = SealingKey.random(for: "").line.bytes
        for index in 0..<87 {
            for digit in [line[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0"), UInt8(ascii: "A")] {
                var changed = line
                changed[index] = digit
                let text = String(decoding: changed, as: UTF8.self)
                #expect(try refusal(of: text) != nil, "\(text)")
            }
        }
    }

    @Test
    func printsNothingOfItself() throws {
        let key = SealingKey.random(for: "key")
        let line = String(decoding: key.line.bytes, as: UTF8.self)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\([key])"] {
            #expect(text.contains("[redacted]"))
            #expect(!text.contains(line.dropFirst(6).prefix(8)))
        }
    }

    @Test
    func errorsHoldNothingOfTheFile() throws {
        let line = String(decoding: SealingKey.random(for: "").line.bytes, as: UTF8.self)
        let digits = String(line.dropFirst(6).prefix(64))
        for text in [line + line, line.replacing("_", with: "-"), digits, "whsk1_" + digits, line.dropLast(2) + "x\n"] {
            try site.write(String(text), to: "key")
            let error = #expect(throws: SecretStoreError.self) { try site.key }
            #expect(error.map { "\($0)".contains(digits.prefix(8)) } == false)
        }
    }
}
