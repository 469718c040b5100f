import Foundation
import Glibc

@testable import SecretStore

/// Bytes that this process holds nowhere else until it copies them, and the search for such copies.
@safe
final class RareBytes {
    private let bytes: UnsafeMutableRawBufferPointer

    init(count: Int) throws {
        let random = try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom"))
        unsafe bytes = .allocate(byteCount: count, alignment: 16)
        // Straight to where they stay. The first one is not zero: most of the memory is.
        repeat { unsafe _ = read(random.fileDescriptor, bytes.baseAddress, count) } while unsafe bytes[0] == 0
    }

    /// Takes bytes over that somebody else has made, and zeroes theirs.
    init(taking other: inout [UInt8]) {
        unsafe bytes = .allocate(byteCount: other.count, alignment: 16)
        unsafe bytes.copyBytes(from: other)
        unsafe other.withUnsafeMutableBytes { unsafe $0.wipe() }
    }

    deinit { unsafe bytes.deallocate() }

    /// A copy, at the end of 60,000 bytes: the beginning of what is given back to the allocator is soon overwritten.
    var copy: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 60_000) { target, count in
            unsafe target.initialize(repeating: 0)
            for index in unsafe bytes.indices { unsafe target[60_000 - bytes.count + index] = bytes[index] }
            count = 60_000
        }
    }

    /// How many copies lie in what this process can write: heap, stacks, variables.
    ///
    /// Other tests take and give back memory meanwhile, and a search then misses some of it: it is repeated until it finds
    /// as many as expected, or as often as it takes to be sure that they are not there.
    func copies(expected: Int) throws -> Int {
        var count = 0
        for _ in 1...20 {
            let search = try search()
            count = search.count
            if search.isComplete, count == expected { break }
        }
        return count
    }

    private func search() throws -> (count: Int, isComplete: Bool) {
        var isComplete = true
        let memory = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/mem"))
        let size = 1 << 20
        let buffer = unsafe UnsafeMutableRawBufferPointer.allocate(byteCount: size + bytes.count, alignment: 16)
        defer { unsafe buffer.deallocate() }
        let own = unsafe Int(bitPattern: bytes.baseAddress)
        let bufferStart = Int(bitPattern: buffer.baseAddress)
        let buffers = bufferStart..<bufferStart + buffer.count
        var found: Set<Int> = []
        for line in try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            let range = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), range.count == 2 else { continue }
            for start in stride(from: range[0], to: range[1], by: size) {
                let wanted = min(buffer.count, range[1] - start)
                let count = unsafe pread(memory.fileDescriptor, buffer.baseAddress, wanted, start)
                if count < wanted { isComplete = false }
                let read = unsafe UnsafeRawBufferPointer(start: buffer.baseAddress, count: max(0, count))
                for position in unsafe positions(in: read) where !buffers.contains(start + position) {
                    found.insert(start + position)
                }
            }
        }
        found.remove(own)
        return (found.count, isComplete)
    }

    private func positions(in memory: UnsafeRawBufferPointer) -> [Int] {
        guard let start = memory.baseAddress, let wanted = unsafe UnsafeRawBufferPointer(bytes).baseAddress else {
            return []
        }
        let count = unsafe bytes.count
        var positions: [Int] = []
        var offset = 0
        while offset + count <= memory.count,
            let match = unsafe memchr(start + offset, CInt(bytes[0]), memory.count - count + 1 - offset)
        {
            if unsafe memcmp(match, wanted, count) == 0 {
                positions.append(unsafe UnsafeRawPointer(match) - start)
            }
            offset = unsafe UnsafeRawPointer(match) - start + 1
        }
        return positions
    }
}
