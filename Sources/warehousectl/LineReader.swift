import Foundation
import Glibc
import Sysexits
import WarehouseConnections

/// Reads a file line by line in bounded memory.
struct LineReader: ~Copyable {
    struct Line {
        /// From 1.
        let number: Int
        let bytes: Data
    }

    /// The longest line, in bytes: far more than any connection.
    private static let longestLine = 1 << 20

    let name: String
    private let descriptor: CInt
    private var number = 0
    /// What was read and is not yet returned, from `start` on.
    private var buffer: [UInt8] = []
    private var piece = [UInt8](repeating: 0, count: 1 << 16)
    private var start = 0
    private var isAtEnd = false

    /// - Parameter path: `-` for standard input.
    init(path: String) throws(ProgramFailure) {
        if path == "-" {
            (name, descriptor) = ("standard input", STDIN_FILENO)
            return
        }
        name = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ProgramFailure(errno == ENOENT ? .noInput : .ioError, "\(path): \(Self.reason(errno))")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next line that is not empty, without its end; nil after the last.
    mutating func next() throws(ProgramFailure) -> Line? {
        while let bytes = try nextLine() {
            if !bytes.isEmpty { return Line(number: number, bytes: Data(bytes)) }
        }
        return nil
    }

    private mutating func nextLine() throws(ProgramFailure) -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = endOfLine(from: searched) {
                defer { start = end + 1 }
                number += 1
                return buffer[start..<end]
            }
            searched = buffer.count
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                number += 1
                return buffer[start...]
            }
            guard buffer.count - start <= Self.longestLine else {
                number += 1
                throw Self.failure(name, number, "is longer than \(Self.longestLine) bytes")
            }
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
            try fill()
        }
    }

    private func endOfLine(from start: Int) -> Int? {
        unsafe buffer.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress,
                let end = unsafe memchr(first + start, CInt(UInt8(ascii: "\n")), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(end) - first
        }
    }

    private mutating func fill() throws(ProgramFailure) {
        let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw ProgramFailure(.ioError, "\(name): \(Self.reason(errno))") }
        buffer += piece[..<count]
        isAtEnd = count == 0
    }

    /// That the line of this number is the reason why nothing was done.
    static func failure(_ name: String, _ number: Int, _ problem: String) -> ProgramFailure {
        ProgramFailure(.dataError, "\(name): line \(number): \(problem): nothing was imported")
    }

    private static func reason(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
}
