import Foundation
import Glibc
import Sysexits
import WarehouseConnections

/// Reads a file line by line in bounded memory, and knows where it is.
final class LineReader {
    /// The longest line, in bytes: far more than any connection.
    private static let longestLine = 1 << 20

    /// The number of the line that ``next()`` returned last, from 1.
    private(set) var number = 0
    private let name: String
    private let descriptor: CInt
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
    func next() throws(ProgramFailure) -> Data? {
        while let line = try nextLine() {
            if !line.isEmpty { return Data(line) }
        }
        return nil
    }

    /// Runs `body`; an error about the current line gets its number.
    func locatingErrors(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as InvalidValue {
            throw badLine("\(error)")
        } catch StoreError.idTaken(let id) {
            throw badLine("\(StoreError.idTaken(id))")
        }
    }

    private func nextLine() throws(ProgramFailure) -> ArraySlice<UInt8>? {
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
                throw badLine("is longer than \(Self.longestLine) bytes")
            }
            buffer.removeSubrange(..<start)
            searched -= start
            start = 0
            try fill()
        }
    }

    private func fill() throws(ProgramFailure) {
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

    private func badLine(_ problem: String) -> ProgramFailure {
        ProgramFailure(.dataError, "\(name): line \(number): \(problem): nothing was imported")
    }

    private static func reason(_ errno: CInt) -> String { unsafe String(cString: strerror(errno)) }
}
