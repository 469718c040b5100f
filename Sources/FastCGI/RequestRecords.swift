/// How much of one FastCGI request a run of bytes holds, and whether libfcgi may read it.
///
/// libfcgi trusts its peer: a `FCGI_GET_VALUES` record of four names or a length of 2 GiB aborts the process, a
/// truncated parameter list is delivered as a complete one, and input left unread is taken for the next request. So no
/// byte reaches it before this scan has seen a whole request of the only form that a web server sends: one
/// `FCGI_BEGIN_REQUEST`, the `FCGI_PARAMS` stream, the `FCGI_STDIN` stream, all with one request id.
///
/// Source: FastCGI Specification 1.0, sections 3.3, 3.4 and 5.
enum RequestRecords: Equatable {
    /// More bytes are needed to tell.
    case incomplete
    /// The parameters are complete; the end of the input is not there.
    case inputOpen
    /// Parameters and input are complete, and nothing follows.
    case complete
    /// No request that libfcgi may see.
    case malformed

    private static let beginRequest: UInt8 = 1
    private static let params: UInt8 = 4
    private static let stdin: UInt8 = 5
    private static let headerLength = 8

    init(_ bytes: Span<UInt8>) {
        var offset = 0
        var requestID: (UInt8, UInt8)?
        var pairs = NameValuePairs()
        var expected = Self.beginRequest
        while offset + Self.headerLength <= bytes.count {
            let type = bytes[offset + 1]
            let id = (bytes[offset + 2], bytes[offset + 3])
            let length = Int(bytes[offset + 4]) << 8 | Int(bytes[offset + 5])
            let content = offset + Self.headerLength
            guard bytes[offset] == 1, type == expected, id != (0, 0), requestID.map({ $0 == id }) ?? true else {
                self = .malformed
                return
            }
            if type == Self.params, !pairs.read(bytes, from: content, to: min(content + length, bytes.count)) {
                self = .malformed
                return
            }
            let padding = Int(bytes[offset + 6])
            offset = content + length + padding
            guard offset <= bytes.count else { break }
            switch (type, length) {
            // The padding of these two libfcgi takes for the next records.
            case (Self.beginRequest, _) where length != 8 || padding > 0, (Self.params, 0) where padding > 0:
                self = .malformed
                return
            case (Self.beginRequest, _):
                requestID = id
                expected = Self.params
            case (Self.params, 0):
                guard pairs.isAtBoundary else {
                    self = .malformed
                    return
                }
                expected = Self.stdin
            case (Self.stdin, 0):
                // libfcgi stops at this header: padding, or anything behind it, would be taken for the next request.
                self = content == bytes.count ? .complete : .malformed
                return
            default:
                break
            }
        }
        self = expected == Self.stdin ? .inputOpen : .incomplete
    }
}

/// The name-value pairs of a `FCGI_PARAMS` stream, followed across record boundaries.
///
/// Source: FastCGI Specification 1.0, section 3.4.
private struct NameValuePairs {
    /// Content bytes of the current pair that are still to come.
    private var remaining = 0
    /// That of the current pair's name, once it is complete.
    private var nameLength: Int?
    private var length = 0
    private var lengthBytesLeft = 0

    /// Whether the last pair is complete.
    var isAtBoundary: Bool { remaining == 0 && nameLength == nil && lengthBytesLeft == 0 }

    /// Follows the pairs through `bytes[start..<end]`; false if a length is more than any window holds, or at a NUL in a
    /// name or value, where libfcgi would cut it short.
    mutating func read(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var offset = start
        while offset < end {
            if remaining > 0 {
                let step = min(remaining, end - offset)
                for index in offset..<offset + step where bytes[index] == 0 { return false }
                remaining -= step
                offset += step
                continue
            }
            readLengthByte(bytes[offset])
            offset += 1
            guard lengthBytesLeft == 0 else { continue }
            if let name = nameLength {
                remaining = name + length
                nameLength = nil
                guard remaining <= Connection.windowSize else { return false }
            } else {
                nameLength = length
            }
        }
        return true
    }

    /// One byte below 128 is a length; otherwise four bytes are, without the first bit.
    private mutating func readLengthByte(_ byte: UInt8) {
        if lengthBytesLeft > 0 {
            length = length << 8 | Int(byte)
            lengthBytesLeft -= 1
        } else {
            length = Int(byte & 0x7F)
            lengthBytesLeft = byte >= 0x80 ? 3 : 0
        }
    }
}
