/// A web server's side of FastCGI: the bytes of records, well-formed or not. Source: FastCGI Specification 1.0.
public enum FastCGIRecords {
    public static let beginRequest: UInt8 = 1
    public static let abortRequest: UInt8 = 2
    public static let endRequest: UInt8 = 3
    public static let params: UInt8 = 4
    public static let stdin: UInt8 = 5
    public static let stdout: UInt8 = 6
    public static let getValues: UInt8 = 9

    /// One record with its header and padding.
    public static func record(
        _ type: UInt8,
        _ content: [UInt8] = [],
        id: UInt16 = 1,
        padding: UInt8 = 0,
        version: UInt8 = 1
    ) -> [UInt8] {
        let header = [
            version, type, UInt8(id >> 8), UInt8(id & 0xFF), UInt8(content.count >> 8), UInt8(content.count & 0xFF),
            padding, 0,
        ]
        return header + content + [UInt8](repeating: 0, count: Int(padding))
    }

    public static func begin(role: UInt8 = 1, keep: Bool = false, id: UInt16 = 1) -> [UInt8] {
        record(beginRequest, [0, role, keep ? 1 : 0, 0, 0, 0, 0, 0], id: id)
    }

    /// Name-value pairs as the content of `FCGI_PARAMS`.
    public static func pairs(_ parameters: [(String, String)]) -> [UInt8] {
        parameters.flatMap { name, value in
            length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
        }
    }

    /// A whole request as nginx sends it.
    public static func request(
        _ parameters: [(String, String)],
        keep: Bool = false,
        role: UInt8 = 1,
        body: [UInt8] = []
    ) -> [UInt8] {
        var bytes = begin(role: role, keep: keep) + stream(params, pairs(parameters))
        bytes += stream(stdin, body)
        return bytes
    }

    /// Records of `type` with at most 32 KiB each, and the empty one that ends the stream.
    public static func stream(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = content[...]
        while !rest.isEmpty {
            bytes += record(type, Array(rest.prefix(32768)), padding: UInt8((8 - rest.prefix(32768).count % 8) % 8))
            rest = rest.dropFirst(32768)
        }
        return bytes + record(type)
    }

    /// One byte below 128, else four.
    public static func length(_ count: Int) -> [UInt8] {
        count < 128
            ? [UInt8(count)]
            : [
                UInt8(count >> 24 & 0x7F) | 0x80, UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF),
                UInt8(count & 0xFF),
            ]
    }
}
