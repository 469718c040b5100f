import HTTPTypes

/// An answer before the fields that every answer carries are added.
struct Answer {
    let status: HTTPResponse.Status
    var headerFields: HTTPFields = [:]
    /// Nil for an answer without a body.
    var content: [UInt8]?
    var contentType = "application/json"

    init(_ status: HTTPResponse.Status, _ headerFields: HTTPFields = [:], content: [UInt8]? = nil) {
        self.status = status
        self.headerFields = headerFields
        self.content = content
    }

    /// Metrics in Prometheus's text format, version 0.0.4.
    init(metrics: String) {
        self.init(.ok, content: Array(metrics.utf8))
        contentType = "text/plain; version=0.0.4; charset=utf-8"
    }

    init(_ error: APIError) {
        self.init(error.status, error.headerFields, content: error.body)
    }

    /// `content` with its entity tag, or 304 if the client has it already.
    init(_ content: Content, unlessMatched ifNoneMatch: String?) {
        let isCurrent = ifNoneMatch.map { content.tag.isMatched(by: $0) } ?? false
        self.init(
            isCurrent ? .notModified : .ok,
            [.eTag: content.tag.rawValue],
            content: isCurrent ? nil : content.bytes
        )
    }
}
