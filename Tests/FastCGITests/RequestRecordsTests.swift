import TestSupport
import Testing

@testable import FastCGI

private typealias R = FastCGIRecords

@Suite
struct RequestRecordsTests {
    private static let parameters = R.pairs([
        ("REQUEST_METHOD", "GET"), ("REQUEST_URI", String(repeating: "a", count: 300)),
    ])
    private static let getValues = R.record(
        R.getValues,
        R.pairs([("FCGI_MAX_CONNS", ""), ("FCGI_MAX_REQS", ""), ("FCGI_MPXS_CONNS", ""), ("FCGI_MAX_CONNS", "")]),
        id: 0
    )
    private static let head = R.begin() + R.stream(R.params, parameters)

    @Test
    func knowsEveryPrefixOfARequest() {
        let request = R.request([("A", "b")], body: Array("body".utf8))
        let headLength = (R.begin() + R.stream(R.params, R.pairs([("A", "b")]))).count
        for count in 0..<request.count {
            let expected: RequestRecords = count < headLength ? .incomplete : .inputOpen
            #expect(RequestRecords(request[..<count]) == expected, "\(count) bytes")
        }
        #expect(RequestRecords(request[...]) == .complete)
    }

    @Test(arguments: [
        Records("no parameters", R.request([])),
        Records("as nginx sends it", R.request([("REQUEST_URI", "/"), ("EMPTY", "")], keep: true)),
        Records(
            "long lengths",
            R.request([(String(repeating: "n", count: 200), String(repeating: "v", count: 40_000))])
        ),
        Records("a body", R.request([("A", "b")], body: [UInt8](repeating: 7, count: 5000))),
        Records("another role", R.request([], role: 2)),
        Records(
            "a pair over two records",
            R.begin(),
            R.record(R.params, Array(Self.parameters.prefix(20))),
            R.record(R.params, Array(Self.parameters.dropFirst(20))),
            R.record(R.params),
            R.record(R.stdin)
        ),
        Records(
            "padding",
            R.begin(),
            R.record(R.params, Self.parameters, padding: 255),
            R.record(R.params),
            R.record(R.stdin)
        ),
        Records("a request in the body", Self.head, R.record(R.stdin, R.request([("A", "b")])), R.record(R.stdin)),
    ])
    func acceptsAWholeRequest(_ records: Records) {
        #expect(RequestRecords(records.bytes[...]) == .complete)
    }

    @Test(arguments: [
        Records("another protocol", Array("GET / HTTP/1.1\r\n\r\n".utf8)),
        Records("another version", R.record(R.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0], version: 2)),
        Records("FCGI_GET_VALUES first", Self.getValues),
        Records("FCGI_GET_VALUES between parameters", R.begin(), Self.getValues),
        Records("FCGI_GET_VALUES in the input", Self.head, Self.getValues),
        Records("an abort", Self.head, R.record(R.abortRequest)),
        Records("parameters without a begin", R.stream(R.params, Self.parameters)),
        Records("input before the parameters' end", R.begin(), R.record(R.params, Self.parameters), R.record(R.stdin)),
        Records("a short begin", R.record(R.beginRequest, [0, 1, 0, 0])),
        Records("request id 0", R.begin(id: 0)),
        Records("another request's parameters", R.begin(), R.record(R.params, Self.parameters, id: 2)),
        Records("a second begin", R.begin(), R.begin(id: 2)),
        Records("a pair cut off", R.begin(), R.stream(R.params, Array(Self.parameters.dropLast()))),
        Records("a length cut off", R.begin(), R.stream(R.params, [1])),
        Records("lengths of 2 GiB", R.begin(), R.record(R.params, [0xFF, 0xFF, 0xFF, 0xFD, 0xFF, 0xFF, 0xFF, 0xFD])),
        Records(
            "padding behind the beginning",
            R.record(R.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0], padding: 8),
            R.stream(R.params, Self.parameters)
        ),
        Records(
            "padding behind the parameters' end",
            R.begin(),
            R.record(R.params, Self.parameters),
            R.record(R.params, padding: 8)
        ),
        Records("padding behind the end", Self.head, R.record(R.stdin, padding: 8)),
        Records("a NUL in a value", R.request([("REQUEST_URI", "/a\0b")])),
        Records("a second request behind it", R.request([]), R.begin()),
    ])
    func refusesWhatNoWebServerSends(_ records: Records) {
        #expect(RequestRecords(records.bytes[...]) == .malformed)
    }
}

extension RequestRecords {
    fileprivate init(_ bytes: ArraySlice<UInt8>) { self.init(Array(bytes).span) }
}
