/// The parameters of the request that a stream begins with, read as the specification has it: record by record, then pair
/// by pair. Slow and simple, to be compared with.
///
/// Source: FastCGI Specification 1.0, sections 3.3, 3.4 and 6.
struct SpecifiedRequest {
    let parameters: [(name: String, value: String)]

    /// Nil unless all of one request's parameters are there before anything else.
    init?(_ bytes: [UInt8]) {
        var records = Self.records(bytes)[...]
        guard let begin = records.popFirst(), begin.type == 1, begin.content.count == 8, begin.id != 0 else {
            return nil
        }
        var content: [UInt8] = []
        while true {
            guard let record = records.popFirst(), record.type == 4, record.id == begin.id else { return nil }
            if record.content.isEmpty { break }
            content += record.content
        }
        var parameters: [(String, String)] = []
        var rest = content[...]
        while !rest.isEmpty {
            guard let name = Self.length(&rest), let value = Self.length(&rest), name + value <= rest.count,
                !rest.prefix(name + value).contains(0)
            else { return nil }
            let text = rest.prefix(name + value)
            parameters.append(
                (
                    String(decoding: text.prefix(name), as: UTF8.self),
                    String(decoding: text.dropFirst(name), as: UTF8.self)
                )
            )
            rest = rest.dropFirst(name + value)
        }
        self.parameters = parameters
    }

    subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The whole records at the beginning of `bytes`.
    static func records(_ bytes: [UInt8]) -> [(type: UInt8, id: Int, content: [UInt8])] {
        var records: [(UInt8, Int, [UInt8])] = []
        var rest = bytes[...]
        while rest.count >= 8, rest[rest.startIndex] == 1 {
            let header = Array(rest.prefix(8))
            let length = Int(header[4]) << 8 | Int(header[5])
            guard rest.count >= 8 + length + Int(header[6]) else { break }
            records.append((header[1], Int(header[2]) << 8 | Int(header[3]), Array(rest.dropFirst(8).prefix(length))))
            rest = rest.dropFirst(8 + length + Int(header[6]))
        }
        return records
    }

    private static func length(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard let first = rest.first else { return nil }
        guard first >= 0x80 else {
            rest = rest.dropFirst()
            return Int(first)
        }
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
    }
}
