import TestSupport

private typealias R = FastCGIRecords

/// Makes streams of a hostile web server: requests that are cut, damaged, mixed and stuffed with forged ones.
///
/// A forged request asks for readiness, which answers anybody and nobody else here asks for.
struct HostileStreams {
    private var generator: SeededGenerator
    private let parameters: [(String, String)]

    /// - Parameter parameters: of a request that is answered.
    init(seed: UInt64, parameters: [(String, String)]) {
        generator = SeededGenerator(seed: seed)
        self.parameters = parameters
    }

    mutating func next() -> [UInt8] {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: return cut(request())
        case 1: return flipped(request().flatMap(\.self))
        case 2: return withWrongHeader(request())
        case 3: return generator.bytes(number(0...300))
        case 4: return inserting(R.record(R.getValues, names(number(0...60)), id: UInt16(number(0...1))))
        case 5: return inserting(R.record(R.abortRequest, id: UInt16(number(0...2))))
        case 6: return withHugeLengths()
        case 7: return rearranged()
        case 8: return multiplexed()
        case 9: return R.request(parameters, keep: true, role: UInt8(number(0...255)), body: body())
        case 10: return withForgeryInPadding()
        default: return large()
        }
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    static let forgery =
        R.begin(keep: true)
        + R.stream(R.params, R.pairs([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/health/readiness/")]))
        + R.record(R.stdin)

    /// The records of a whole request, with its parameters in one record or in several, and with a body or without.
    private mutating func request(id: UInt16 = 1) -> [[UInt8]] {
        var records = [R.begin(keep: generator.chance(0.7), id: id)]
        var pairs = R.pairs(parameters)[...]
        while !pairs.isEmpty {
            let piece = pairs.prefix(generator.chance(0.5) ? pairs.count : number(1...80))
            records.append(
                R.record(R.params, Array(piece), id: id, padding: UInt8(generator.chance(0.5) ? 0 : number(0...255)))
            )
            pairs = pairs.dropFirst(piece.count)
        }
        records.append(R.record(R.params, id: id))
        if generator.chance(0.3) { records.append(R.record(R.stdin, body(), id: id)) }
        records.append(R.record(R.stdin, id: id))
        return records
    }

    private mutating func body() -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: number(0...1) == 0 ? number(0...64) : number(7600...8300))
        return generator.chance(0.2) ? [] : padding + Self.forgery + (generator.chance(0.5) ? Self.forgery : [])
    }

    /// At any byte, or between two records, or without the end of the parameters.
    private mutating func cut(_ records: [[UInt8]]) -> [UInt8] {
        switch number(0...2) {
        case 0:
            let bytes = records.flatMap(\.self)
            return Array(bytes.prefix(number(0...bytes.count)))
        case 1: return Array(records.prefix(number(0...records.count)).joined())
        default: return R.begin() + R.record(R.params, R.pairs(Array(parameters.prefix(number(0...parameters.count)))))
        }
    }

    private mutating func flipped(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...number(0...3) { bytes[number(0...bytes.count - 1)] ^= 1 << UInt8(number(0...7)) }
        return bytes
    }

    private mutating func withWrongHeader(_ records: [[UInt8]]) -> [UInt8] {
        var records = records
        let (record, place) = (number(0...records.count - 1), number(0...7))
        let extremes: [UInt8] = [0, 1, 2, 3, 4, 5, 9, 11, 127, 128, 255]
        records[record][place] = extremes[number(0...extremes.count - 1)]
        return records.flatMap(\.self)
    }

    private mutating func names(_ count: Int) -> [UInt8] {
        let known = ["FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS", "FCGI_OTHER"]
        return R.pairs((0..<count).map { _ in (known[number(0...3)], "") })
    }

    private mutating func inserting(_ record: [UInt8]) -> [UInt8] {
        var records = request()
        records.insert(record, at: number(0...records.count))
        return records.flatMap(\.self)
    }

    private mutating func withHugeLengths() -> [UInt8] {
        let lengths: [UInt32] = [
            0x7FFF_FFFD, 0x7FFF_FFFF, 0x4000_0000, 0xFFFF_FFFD, 65_537, 65_536, 65_535, 128, 127, 1, 0,
        ]
        func bytes(_ length: UInt32) -> [UInt8] {
            [UInt8(length >> 24) | 0x80, UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
        }
        let pair = bytes(lengths[number(0...lengths.count - 1)]) + bytes(lengths[number(0...lengths.count - 1)])
        let before = R.pairs(Array(parameters.prefix(number(0...parameters.count))))
        let content = before + pair + generator.bytes(number(0...300))
        return R.begin(keep: true) + R.stream(R.params, content) + R.record(R.stdin)
    }

    /// Records twice, in another order, or missing.
    private mutating func rearranged() -> [UInt8] {
        var records = request()
        for _ in 0...number(0...2) {
            let place = number(0...records.count - 1)
            switch number(0...2) {
            case 0: records.swapAt(place, number(0...records.count - 1))
            case 1: records.insert(records[place], at: number(0...records.count))
            default: if records.count > 1 { records.remove(at: place) }
            }
        }
        return records.flatMap(\.self)
    }

    /// Two requests on one connection at once, record by record.
    private mutating func multiplexed() -> [UInt8] {
        var (one, other) = (request(id: 1)[...], request(id: UInt16(number(1...2)))[...])
        var bytes: [UInt8] = []
        while let next = generator.chance(0.5) && !one.isEmpty ? one.popFirst() : other.popFirst() ?? one.popFirst() {
            bytes += next
        }
        return bytes
    }

    private mutating func withForgeryInPadding() -> [UInt8] {
        var records = request()
        let place = number(0...records.count - 1)
        let forgery = generator.chance(0.5) ? Self.forgery : R.record(R.getValues, names(number(4...12)), id: 0)
        records[place] = Array(records[place].dropLast(Int(records[place][6]))) + forgery
        records[place][6] = UInt8(forgery.count)
        return records.flatMap(\.self)
    }

    /// About as much as a responder looks at, and more.
    private mutating func large() -> [UInt8] {
        let value = String(repeating: "x", count: number(64_000...70_000))
        return R.request(parameters + [("HTTP_LARGE", value)], keep: true, body: generator.chance(0.5) ? body() : [])
    }
}
