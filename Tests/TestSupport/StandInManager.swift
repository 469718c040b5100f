import Glibc
import Synchronization

/// A datagram socket that takes what a service manager is told.
public final class StandInManager: Sendable {
    private let directory: TemporaryDirectory
    private let descriptor: CInt
    private let messages = Mutex<[String]>([])

    /// The value of `NOTIFY_SOCKET`.
    public var socket: String { directory("notify") }

    public init() throws {
        directory = try TemporaryDirectory()
        descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un(path: directory("notify"))
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0 else { throw CannotListen(errno: errno) }
    }

    public struct CannotListen: Error {
        let errno: CInt
    }

    deinit { close(descriptor) }

    /// All that has come.
    public var received: [String] {
        while let message = next(CInt(MSG_DONTWAIT)) { messages.withLock { $0.append(message) } }
        return messages.withLock { $0 }
    }

    public func waitFor(_ message: String) {
        while let next = next(0) {
            messages.withLock { $0.append(next) }
            if next == message { return }
        }
    }

    private func next(_ flags: CInt) -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe recv(descriptor, &buffer, buffer.count, flags)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}

extension sockaddr_un {
    init(path: String) {
        self.init()
        sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    }
}
