import TestSupport

private typealias R = FastCGIRecords

/// What libfcgi, or another responder, is known to trip over.
struct NamedStream: Sendable {
    let name: String
    /// The status of the answer; 0 if there must be none.
    let status: Int
    /// The stream, given the parameters of a request that is answered.
    let bytes: @Sendable (_ request: [(String, String)]) -> [UInt8]

    private init(_ name: String, _ status: Int, _ bytes: @escaping @Sendable ([(String, String)]) -> [UInt8]) {
        (self.name, self.status, self.bytes) = (name, status, bytes)
    }

    private static func head(_ request: [(String, String)]) -> [UInt8] {
        R.begin(keep: true) + R.stream(R.params, R.pairs(request))
    }

    private static func getValues(_ count: Int) -> [UInt8] {
        R.record(R.getValues, R.pairs((0..<count).map { _ in ("FCGI_MAX_CONNS", "") }), id: 0)
    }

    /// A record whose padding is `content`.
    private static func padded(_ record: [UInt8], _ content: [UInt8]) -> [UInt8] {
        var record = record
        record[6] = UInt8(content.count)
        return record + content
    }

    static let all = [
        NamedStream("FCGI_GET_VALUES of 4 names", 0) { _ in getValues(4) },
        NamedStream("FCGI_GET_VALUES of 2,000 names before a request", 0) { getValues(2000) + R.request($0) },
        NamedStream("FCGI_GET_VALUES between parameters and input", 0) { head($0) + getValues(50) + R.record(R.stdin) },
        NamedStream("lengths of 0x7ffffffd", 0) { request in
            let lengths: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFD, 0xFF, 0xFF, 0xFF, 0xFD]
            return R.begin() + R.stream(R.params, R.pairs(request) + lengths) + R.record(R.stdin)
        },
        NamedStream("parameters cut at a pair's boundary", 0) { request in
            R.begin() + R.record(R.params, R.pairs(Array(request.prefix(2))))
        },
        NamedStream("parameters cut at a pair's boundary, then the input", 0) { request in
            R.begin() + R.record(R.params, R.pairs(request)) + R.record(R.stdin)
        },
        NamedStream("aborted among the parameters", 0) { request in
            R.begin() + R.record(R.params, R.pairs(request)) + R.record(R.abortRequest)
        },
        NamedStream("aborted in the input", 0) { head($0) + R.record(R.abortRequest) },
        NamedStream("two requests multiplexed", 0) { request in
            let (one, other) = (R.pairs(request), R.pairs(request))
            return R.begin(id: 1) + R.begin(id: 2) + R.record(R.params, one, id: 1) + R.record(R.params, other, id: 2)
                + R.record(R.params, id: 1) + R.record(R.params, id: 2) + R.record(R.stdin, id: 1)
                + R.record(R.stdin, id: 2)
        },
        NamedStream("an authorizer", 400) { R.request($0, role: 2) },
        NamedStream("a filter", 400) { R.request($0, role: 3) },
        NamedStream("role 0", 0) { R.request($0, role: 0) },
        NamedStream("a forged request in the body", 200) { request in
            R.request(request + [("CONTENT_LENGTH", "8")], keep: true, body: HostileStreams.forgery)
        },
        NamedStream("a forged request behind the end", 0) { R.request($0, keep: true) + HostileStreams.forgery },
        NamedStream("FCGI_GET_VALUES in the padding of the beginning", 0) { request in
            padded(R.begin(keep: true), getValues(12)) + R.stream(R.params, R.pairs(request)) + R.record(R.stdin)
        },
        NamedStream("a forged request in the padding of the beginning", 0) { request in
            padded(R.begin(keep: true), HostileStreams.forgery) + R.stream(R.params, R.pairs(request))
                + R.record(R.stdin)
        },
        NamedStream("a forged request in the padding of the parameters", 200) { request in
            R.begin(keep: true) + padded(R.record(R.params, R.pairs(request)), HostileStreams.forgery)
                + R.record(R.params) + R.record(R.stdin)
        },
        NamedStream("a forged request in the padding of the parameters' end", 0) { request in
            R.begin(keep: true) + R.record(R.params, R.pairs(request))
                + padded(R.record(R.params), R.record(R.stdin) + HostileStreams.forgery) + R.record(R.stdin)
        },
        NamedStream("a body that does not end", 200) { head($0) + R.record(R.stdin, HostileStreams.forgery) },
        NamedStream("parameters of 60 KB", 200) { request in
            R.request(request + [("HTTP_LARGE", String(repeating: "x", count: 60_000))])
        },
        NamedStream("parameters of more than 64 KiB", 0) { request in
            R.request(request + [("HTTP_LARGE", String(repeating: "x", count: 65_536))])
        },
        NamedStream("20,000 parameters", 200) { request in
            R.request(request + (0..<20_000).map { _ in ("", "") })
        },
    ]
}
