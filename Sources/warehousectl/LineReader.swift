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
    private var buffer: [UInt8] = []
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
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
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

    private mutating func fill() throws(ProgramFailure) {
        let size = 1 << 16
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: size))
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe read(descriptor, bytes.baseAddress?.advanced(by: old), size)
        }
        guard count >= 0 else { throw ProgramFailure(.ioError, "\(name): \(Self.reason(errno))") }
        buffer.removeLast(size - count)
        isAtEnd = count == 0
    }

    /// That the line of this number is the reason why nothing was done.
    static func failure(_ name: String, _ number: Int, _ problem: String) -> ProgramFailure {
        ProgramFailure(.dataError, "\(name): line \(number): \(problem): nothing was imported")
    }

    private static func reason(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
}
