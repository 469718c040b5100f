import Crypto
import Glibc
import WarehouseConnections

/// A password that nobody has seen: 256 random bits as 64 hexadecimal digits, which every client accepts and none reads
/// as an option.
///
/// It can't be copied or printed, so that it stays in one place until it is sealed.
public struct MadePassword: ~Copyable, Sendable {
    /// What may be shown of it.
    public let verifier: PasswordVerifier
    private let key = SymmetricKey(size: .bits256)

    public init() {
        let key = key
        verifier = Self.withDigits(of: key) { PasswordVerifier(of: $0) }
    }

    /// Lends the text. `body` takes the bytes over and seals them at once; what it leaves in its argument is zeroed.
    public borrowing func withText<Result, Failure>(
        _ body: (inout [UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Self.withDigits(of: key, body)
    }

    private static func withDigits<Result, Failure>(
        of key: SymmetricKey,
        _ body: (inout [UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var digits: [UInt8] = []
        // Not to leave a shorter buffer behind when it grows.
        digits.reserveCapacity(64)
        unsafe key.withUnsafeBytes { bits in
            for index in bits.indices {
                digits.append(unsafe Hexadecimal.digit(bits[index] >> 4))
                digits.append(unsafe Hexadecimal.digit(bits[index] & 15))
            }
        }
        defer {
            unsafe digits.withUnsafeMutableBytes { digits in
                if let start = digits.baseAddress { unsafe explicit_bzero(start, digits.count) }
            }
        }
        return try body(&digits)
    }
}

/// What ClickHouse checks a password with: the SHA-256 of the password with a salt behind it.
///
/// Only of a ``MadePassword``: one that a person has thought of can be found by trying.
///
/// Source: https://clickhouse.com/docs/sql-reference/statements/create/user, "Identification".
public struct PasswordVerifier: Hashable, Sendable {
    /// 64 hexadecimal digits.
    public let digest: String
    /// Text that goes into the digest as it stands: 64 hexadecimal digits, as ClickHouse makes its own.
    public let salt: String

    fileprivate init(of password: [UInt8]) {
        salt = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { unsafe Hexadecimal.text(Array($0)[...]) }
        var hash = SHA256()
        hash.update(data: password)
        hash.update(data: Array(salt.utf8))
        digest = Hexadecimal.text(Array(hash.finalize())[...])
    }
}
