import TestSupport

private typealias R = FastCGIRecords

/// Peers that never come to an end: silent ones, ones that have sent a part of a request, ones that keep a connection.
/// They are gone when the test lets go of them.
struct UnfinishedPeers: Sendable {
    private let silent: [FastCGIConnection]
    private let partial: [FastCGIConnection]
    private let kept: [FastCGIConnection]

    /// - Parameter count: of each kind.
    init(_ socket: String, count: Int = 4) throws {
        // First: in the line behind the others, they could be answered only when those have cost what they cost.
        kept = try (0..<count).map { _ in try FastCGIConnection(socket) }
        for peer in kept {
            _ = try peer.ask([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/liveness/")], keep: true)
        }
        silent = try (0..<count).map { _ in try FastCGIConnection(socket) }
        partial = try (0..<count).map { _ in try FastCGIConnection(socket) }
        // A request of which 30,000 bytes are still to come.
        let large = [("HTTP_LARGE", String(repeating: "x", count: 30_000))]
        for peer in partial { peer.send(Array((R.begin() + R.stream(R.params, R.pairs(large))).prefix(200))) }
    }

    /// Sends one byte more of each part.
    func drip() {
        for peer in partial { peer.send([UInt8(ascii: "x")]) }
    }
}
