import Foundation
import TestSupport

/// Makes inputs of those of a corpus, the same at each run.
struct Mutations {
    private var generator: SeededGenerator
    private let corpus: [[UInt8]]
    /// What parsers look for, and what they may be confused by.
    private static let tokens = [
        "/", "//", "/../", "%2F", "?", "#", "\\", "wc_", "whc_", "_", "0", "01", "-1", "9223372036854775808", "W/",
        "\"",
        "\\\"", ",", ", ", "*", ":", "{", "}", "[", "]", "null", "true", "1e3", "1.0", "\\u0000", "\\ud83d\\ude00",
        "\\ud800", "\u{301}", "\u{FF11}", "\u{0}", "\r\n", "\t", " ", "\u{7F}", "\u{202E}", "2026-04-17T10:00:00Z",
        "\"id\":", "\"config\":{",
    ].map { Array($0.utf8) }

    /// - Parameter directory: holds an input in each file.
    init(of directory: URL, seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path()).sorted()
        corpus = try names.map { Array(try Data(contentsOf: directory.appending(path: $0))) }
    }

    /// What the corpus holds, as it is.
    var originals: [[UInt8]] { corpus }

    mutating func next() -> [UInt8] {
        var bytes = pick()
        for _ in 0...number(0...4) {
            let start = number(0...bytes.count)
            let end = min(bytes.count, start + number(0...8))
            switch number(0...6) {
            case 0: bytes.replaceSubrange(start..<end, with: generator.bytes(number(0...4)))
            case 1: bytes.replaceSubrange(start..<end, with: Self.tokens[number(0...Self.tokens.count - 1)])
            case 2: bytes.insert(contentsOf: Self.tokens[number(0...Self.tokens.count - 1)], at: start)
            case 3: bytes.removeSubrange(start..<end)
            case 4: bytes.insert(contentsOf: bytes[start..<end], at: number(0...bytes.count))
            case 5: if start < bytes.count { bytes[start] ^= 1 << UInt8(number(0...7)) }
            default:
                let other = pick()
                bytes = Array(bytes.prefix(start) + other.dropFirst(number(0...other.count)))
            }
        }
        return bytes
    }

    private mutating func pick() -> [UInt8] { corpus.isEmpty ? [] : corpus[number(0...corpus.count - 1)] }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
}
