/// An answer over HTTP/1.1 as it came.
struct HTTPAnswer {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: String

    /// - Parameter text: status line, fields and body, as `curl --include` prints them.
    init(_ text: String) throws {
        guard let end = text.firstRange(of: "\r\n\r\n"), text.hasPrefix("HTTP/1.1 "),
            let status = Int(text.dropFirst(9).prefix(3))
        else { throw Site.Failure(reason: "no HTTP/1.1 answer: \(text.prefix(200))") }
        self.status = status
        fields = text[..<end.lowerBound].split(separator: "\r\n").dropFirst().map { line in
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            return (parts[0].lowercased(), parts.count > 1 ? parts[1] : "")
        }
        body = String(text[end.upperBound...])
    }

    /// The values of the fields called `name`, in the order they came.
    subscript(_ name: String) -> [String] { fields.filter { $0.name == name.lowercased() }.map(\.value) }

    /// The body of a refusal that says `detail`.
    static func refusal(_ detail: String) -> String {
        #"{"detail":"\#(detail.replacing("\"", with: "\\\""))"}"#
    }
    static let unauthenticated = refusal("Authentication credentials were not provided.")
    static let wrongCredentials = refusal("Incorrect authentication credentials.")
    static let forbidden = refusal("You do not have permission to perform this action.")
    static let notFound = refusal("Not found.")
    static let throttled = refusal("Request was throttled.")
    static let unavailable = refusal("Service temporarily unavailable, try again later.")
}
