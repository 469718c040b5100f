import Crypto
import Foundation
import TestSupport
import Testing
import WarehouseConnections
import Warehouses

@testable import SecretStore

/// What lies in this process's memory when secrets have gone: for a process with no other tests in it.
@Suite(
    .serialized,
    .timeLimit(.minutes(1)),
    .enabled(if: ProcessInfo.processInfo.environment["MEMORY_TESTS"] != nil, "deploy/test.sh runs them alone")
)
struct MemoryTests {
    private let rare: RareBytes
    private let site: Site

    init() throws {
        rare = try RareBytes(count: 48)
        site = try Site()
    }

    @Test(arguments: [true, false])
    func holdsASecretInOnePlaceAsLongAsItLives(_ isData: Bool) throws {
        var bytes = rare.copy
        func taken() -> Secret {
            if !isData { return Secret(taking: &bytes) }
            var data = Data(bytes)
            unsafe bytes.withUnsafeMutableBytes { unsafe $0.wipe() }
            return Secret(taking: &data)
        }
        var secret: Secret? = taken()
        // What is free at the end of the heap is given out first.
        let neighbour = [UInt8](repeating: 1, count: 60_000)
        let copy = secret
        #expect(try rare.copies(expected: 1) == 1)
        withExtendedLifetime((copy, neighbour)) { secret = nil }
        #expect(secret == nil)
    }

    @Test
    func sealsWithoutAnotherCopy() throws {
        var bytes = rare.copy
        let secret = Secret(taking: &bytes)
        let sealed = try SealedSecret(sealing: secret, of: .sample(), to: site.key.publicKey)
        #expect(try rare.copies(expected: 1) == 1)
        #expect(try sealed.open(as: .sample(), with: site.key) == secret)
        #expect(try rare.copies(expected: 1) == 1)
    }

    @Test
    func holdsNothingOfASecretAfterwards() throws {
        func use() throws {
            var bytes = rare.copy
            var data = Data(bytes)
            #expect(try rare.copies(expected: 2) == 2)
            unsafe bytes.withUnsafeMutableBytes { unsafe $0.wipe() }
            let store = try SecretStore(path: site.store)
            try store.put(Secret(taking: &data), for: .sample())
            _ = try store.open(.sample(), with: site.key)
            _ = try store.reseal(with: site.key, to: site.directory("new"))
            try store.forEach(with: SealingKey(contentsOf: site.directory("new"))) { _, secret in
                let secret = try #require(secret)
                #expect(secret.count == 60_000)
                let copies = try rare.copies(expected: 1)
                #expect(copies == 1)
            }
        }
        try use()
        #expect(try rare.copies(expected: 0) == 0)
    }

    /// Neither its text nor the bits that it spells.
    @Test
    func holdsAMadePasswordInOnePlace() throws {
        func use() throws -> [RareBytes] {
            let made = MadePassword()
            let text = made.withText { RareBytes(taking: &$0) }
            let bits = made.withText { digits in
                var bits = stride(from: 0, to: digits.count, by: 2).map { index in
                    (Hexadecimal.value(digits[index]) ?? 0) << 4 | (Hexadecimal.value(digits[index + 1]) ?? 0)
                }
                return RareBytes(taking: &bits)
            }
            // Its key; the secret alone when that has gone.
            #expect(try text.copies(expected: 0) == 0)
            #expect(try bits.copies(expected: 1) == 1)
            let secret = made.withText { Secret(taking: &$0) }
            try SecretStore(path: site.store).put(secret, for: .sample())
            #expect(try text.copies(expected: 1) == 1)
            return [text, bits]
        }
        for rare in try use() { #expect(try rare.copies(expected: 0) == 0) }
    }

    @Test
    func holdsNothingOfASecretsFileAfterwards() throws {
        func use() throws {
            var bytes = rare.copy
            let file = FileManager.default.createFile(atPath: site.directory("password"), contents: nil)
            #expect(file)
            let handle = try #require(FileHandle(forWritingAtPath: site.directory("password")))
            unsafe bytes.withUnsafeBytes { _ = unsafe write(handle.fileDescriptor, $0.baseAddress, $0.count) }
            unsafe bytes.withUnsafeMutableBytes { unsafe $0.wipe() }
            #expect(try Secret(contentsOf: site.directory("password")).count == 60_000)
        }
        try use()
        #expect(try rare.copies(expected: 0) == 0)
    }
}
