import Glibc

/// The owner of one accepted connection: closed when it goes out of scope.
struct Connection: ~Copyable {
    /// The longest request that is looked at, in bytes: nginx's header buffers hold half of it.
    static let windowSize = 65_536
    /// The longest wait for one whole request from its first byte, for room in the peer's receive buffer, and for the
    /// peer to take its leave.
    private static let patience = Duration.seconds(2)

    let descriptor: CInt

    init(owning descriptor: CInt) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: Int(Self.patience.components.seconds), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// Takes back a connection that was released before.
    init(reclaiming descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Gives up ownership without closing.
    consuming func release() -> CInt {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    /// Whether a first byte, or the end, is there already.
    var isReadable: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) >= 0
    }

    /// Waits until a whole request can be read without waiting, and leaves every byte where it is.
    ///
    /// Blocks for at most 2 s, however slowly the peer sends. `.incomplete` means that no request came in this time.
    func awaitRequest(in window: inout [UInt8]) -> RequestRecords {
        let deadline = ContinuousClock.now + Self.patience
        var known = 0
        while true {
            let count = unsafe recv(descriptor, &window, window.count, CInt(MSG_PEEK | MSG_DONTWAIT))
            // Without more than before, waiting for it has failed.
            guard count > known else { return .incomplete }
            known = count
            let records = RequestRecords(window.span.extracting(0..<count))
            guard records == .incomplete || records == .inputOpen else { return records }
            if count == window.count { return records == .inputOpen ? .inputOpen : .malformed }
            guard waitForMore(than: count, until: deadline) else { return records }
        }
    }

    /// Closes in a way that lets the peer read the answer although it sent more than was read: at most 2 s for the
    /// peer to see the end and go, then a hard close.
    consuming func closeWithUnreadInput() {
        shutdown(descriptor, CInt(SHUT_WR))
        var discarded = [UInt8](repeating: 0, count: 4096)
        let deadline = ContinuousClock.now + Self.patience
        while limitReceive(until: deadline), unsafe recv(descriptor, &discarded, discarded.count, 0) > 0 {}
    }

    /// Waits until more than `count` unread bytes are there; false if the peer is silent for too long or gone.
    private func waitForMore(than count: Int, until deadline: ContinuousClock.Instant) -> Bool {
        guard limitReceive(until: deadline) else { return false }
        var bytes = [UInt8](repeating: 0, count: count + 1)
        var offset = CInt(count)
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard unsafe setsockopt(descriptor, SOL_SOCKET, SO_PEEK_OFF, &offset, size) == 0 else {
            // TCP before Linux 6.9 knows no such offset, but waits for all bytes of a peek; a unix socket does not.
            return unsafe recv(descriptor, &bytes, count + 1, CInt(MSG_PEEK | MSG_WAITALL)) > count
        }
        defer {
            offset = -1
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_PEEK_OFF, &offset, size)
        }
        return unsafe recv(descriptor, &bytes, 1, CInt(MSG_PEEK)) > 0
    }

    /// Makes the next receive end at `deadline`; false if that is over.
    private func limitReceive(until deadline: ContinuousClock.Instant) -> Bool {
        let left = Int((deadline - .now) / .microseconds(1))
        guard left > 0 else { return false }
        var limit = timeval(tv_sec: left / 1_000_000, tv_usec: left % 1_000_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        return unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0
    }
}
