/// A CGI response as a responder wrote it.
public struct FastCGIResponse: Equatable, Sendable {
    public let status: Int
    public let fields: [String]
    public let body: String

    init(_ output: [UInt8]) throws {
        let text = String(decoding: output, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw FastCGIConnection.Failure.malformed }
        let lines = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        guard let first = lines.first, first.hasPrefix("Status: "), let status = Int(first.dropFirst(8).prefix(3))
        else {
            throw FastCGIConnection.Failure.malformed
        }
        self.status = status
        fields = Array(lines.dropFirst())
        body = String(text[end.upperBound...])
    }

    /// The value of the field called `name`, or nil.
    public subscript(_ name: String) -> String? {
        let prefix = name.lowercased() + ": "
        return fields.first { $0.lowercased().hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}
