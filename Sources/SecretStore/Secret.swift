import Crypto
public import Foundation
import Glibc

/// Bytes that nobody may see: a private key, a password. It prints `[redacted]`, and its memory is zeroed with its last
/// copy.
///
/// Copies share one buffer. It is a `SymmetricKey` inside, the one public type of swift-crypto that zeroes what it held.
public struct Secret: Sendable {
    /// The longest that a store takes, in bytes.
    public static let maximumLength = 65_536

    private let storage: SymmetricKey

    /// Takes the bytes over and leaves `bytes` zeroed and empty. What other variables share with it stays as it is.
    public init(taking bytes: inout [UInt8]) {
        let count = bytes.count
        self.init(taking: &bytes, first: count)
    }

    /// Takes the first `count` bytes over, and zeroes them all.
    init(taking bytes: inout [UInt8], first count: Int) {
        storage = unsafe bytes.withUnsafeMutableBytes { bytes in
            let key = unsafe SymmetricKey(data: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            unsafe bytes.wipe()
            return key
        }
        bytes = []
    }

    /// Takes the bytes over and leaves `data` zeroed and empty. What other variables share with it stays as it is, and
    /// so may, of 14 bytes or fewer, what Foundation has copied on the stack.
    public init(taking data: inout Data) {
        storage = SymmetricKey(data: data)
        unsafe data.withUnsafeMutableBytes { unsafe $0.wipe() }
        data = Data()
    }

    /// Lends the bytes; what `body` copies is its own to wipe.
    public func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        try unsafe storage.withUnsafeBytes { try body(unsafe $0.bindMemory(to: UInt8.self).span) }
    }

    public var count: Int { storage.bitCount / 8 }
}

extension Secret: Equatable {
    /// Takes the same time wherever two secrets of one length differ.
    public static func == (one: Secret, other: Secret) -> Bool { one.storage == other.storage }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension UnsafeMutableRawBufferPointer {
    /// Zeroes the memory; unlike a loop's, the compiler may not leave these writes out.
    ///
    /// The corresponding C function is `explicit_bzero`.
    func wipe() {
        if let baseAddress { unsafe explicit_bzero(baseAddress, count) }
    }
}
