import Glibc

/// The owner of one accepted connection: closed when it goes out of scope.
///
/// Nothing here waits for the peer but the writes of an answer, for 2 s each.
struct Connection: ~Copyable {
    /// The longest request that is looked at, in bytes: nginx's header buffers hold half of it.
    static let windowSize = 65_536
    /// The longest wait for one whole request from its first byte, for room in the peer's receive buffer, and for the
    /// peer to take its leave.
    static let patience = Duration.seconds(2)

    let descriptor: CInt

    init(owning descriptor: CInt) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: Int(Self.patience.components.seconds), tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_SNDTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
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

    /// Looks at what has come of a request, and leaves every byte where it is; nil if neither a byte nor the end is there.
    func peekRequest(in window: inout [UInt8]) -> (records: RequestRecords, byteCount: Int)? {
        let count = unsafe recv(descriptor, &window, window.count, CInt(MSG_PEEK | MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { return nil }
        let records = RequestRecords(window.span.extracting(first: max(0, count)))
        return (records == .incomplete && count == window.count ? .malformed : records, max(0, count))
    }

    /// Tells the peer that nothing more comes. Closed at once, it could lose an answer of which it has not sent all.
    func endOutput() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Throws away what has come, at most a window of it; false if the peer is gone.
    func discardInput(_ window: inout [UInt8]) -> Bool {
        let count = unsafe recv(descriptor, &window, window.count, CInt(MSG_DONTWAIT))
        return count > 0 || (count < 0 && errno == EAGAIN)
    }
}
