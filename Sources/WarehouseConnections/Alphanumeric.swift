/// The 62 letters and digits of ASCII, which identities are made of.
enum Alphanumeric {
    static let characters = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// So many of them, each as likely as any other, from the system's generator.
    static func random(count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in characters[Int.random(in: 0..<characters.count, using: &generator)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
