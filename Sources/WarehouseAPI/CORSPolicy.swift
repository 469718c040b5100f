import HTTPTypes

/// Which other origins' pages may read answers. Source: Fetch, "CORS protocol" (https://fetch.spec.whatwg.org).
public struct CORSPolicy: Sendable {
    /// Nil: any origin, without credentials of the browser's own. Otherwise these alone, cookies included.
    private let allowedOrigins: Set<String>?

    /// - Parameter allowedOrigins: `scheme://host[:port]` each; empty for any.
    public init(allowedOrigins: [String] = []) {
        self.allowedOrigins = allowedOrigins.isEmpty ? nil : Set(allowedOrigins)
    }

    /// The fields for an answer to `request`; none if it has no `Origin` or one that is not allowed.
    func headerFields(for request: APIRequest, isPreflight: Bool) -> HTTPFields {
        guard let origin = request.origin else { return [:] }
        var fields = HTTPFields()
        if let allowedOrigins {
            guard allowedOrigins.contains(origin) else { return [:] }
            fields[.accessControlAllowOrigin] = origin
            fields[.accessControlAllowCredentials] = "true"
        } else {
            fields[.accessControlAllowOrigin] = "*"
        }
        fields[.accessControlExposeHeaders] = "ETag, Retry-After, WWW-Authenticate, X-Request-Id"
        if isPreflight {
            fields[.accessControlAllowMethods] = Responder.allowedMethods
            fields[.accessControlMaxAge] = "86400"
            // The dashboard sends `baggage` and the trace headers with every call.
            fields[.accessControlAllowHeaders] =
                "accept, authorization, baggage, content-type, if-none-match, sentry-trace, traceparent, tracestate, "
                + "x-requested-with"
        }
        return fields
    }
}
