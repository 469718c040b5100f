import Foundation
import Glibc
import Synchronization
import Testing

/// Answers on a port of 127.0.0.1 with the same bytes whatever it is asked, on a thread.
final class LoopbackServer: Sendable {
    let port: Int
    private let descriptor: Int32
    private let accepted = Mutex(0)

    /// How many connections there were.
    var connectionCount: Int { accepted.withLock { $0 } }

    /// - Parameters:
    ///   - answer: sent once.
    ///   - repeated: sent after it again and again until the client has gone; empty to close the connection.
    ///   - pause: before each repetition.
    ///   - afterHead: whether it answers when the head of a request is there, or at the first bytes.
    init(
        _ answer: String,
        repeating repeated: String = "",
        each pause: Duration = .zero,
        afterHead: Bool = true
    ) throws {
        (descriptor, port) = try loopbackSocket()
        try #require(listen(descriptor, 128) == 0)
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                accepted.withLock { $0 += 1 }
                Self.answer(connection, Array(answer.utf8), Array(repeated.utf8), pause, afterHead)
                close(connection)
            }
            // Here, where nobody waits for it any more: its number is the next one's.
            close(descriptor)
        }
    }

    /// Its thread ends.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func answer(
        _ connection: Int32,
        _ answer: [UInt8],
        _ repeated: [UInt8],
        _ pause: Duration,
        _ afterHead: Bool
    ) {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
            let count = unsafe recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            head += buffer[..<count]
            if !afterHead { break }
        }
        var bytes = answer
        while true {
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes.withUnsafeBytes {
                    unsafe send(
                        connection,
                        $0.baseAddress?.advanced(by: sent),
                        $0.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard count > 0 else { return }
                sent += count
            }
            guard !repeated.isEmpty else { return }
            bytes = repeated
            Thread.sleep(forTimeInterval: pause / .seconds(1))
        }
    }
}

/// A port that neither takes nor refuses a connection: its queue is full.
final class SilentPort {
    private var descriptors: [Int32]

    init(_ port: Int, ofLastByte byte: UInt8) throws {
        let listener = try loopbackSocket(port, lastByte: byte).descriptor
        descriptors = [listener]
        try #require(listen(listener, 0) == 0)
        // One is in the queue, and Linux takes one more.
        for _ in 0..<3 {
            let client = socket(
                AF_INET,
                Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
                0
            )
            descriptors.append(client)
            _ = unsafe withLoopbackAddress(port, byte) { unsafe connect(client, $0, $1) }
        }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}

/// A socket that is bound to 127.0.0.`lastByte`; 0 for a port that nobody has.
private func loopbackSocket(_ port: Int = 0, lastByte: UInt8 = 1) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try #require(unsafe withLoopbackAddress(port, lastByte) { unsafe bind(descriptor, $0, $1) } == 0)
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &size) }
    }
    try #require(code == 0)
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private func withLoopbackAddress<Result>(
    _ port: Int,
    _ lastByte: UInt8,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = (0x7F00_0000 | UInt32(lastByte)).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
