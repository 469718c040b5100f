/// What the API reads of a request, with the values of the FastCGI parameters of the same names (RFC 3875, section
/// 4.1). Nil: the web server did not send it.
public struct APIRequest: Sendable {
    /// `FCGI_ROLE`: only `RESPONDER` is served.
    public var role: String?
    /// `REQUEST_METHOD`
    public var method: String?
    /// `REQUEST_URI`: the raw request target, not decoded.
    public var target: String?
    /// `HTTP_AUTHORIZATION`. Read in keys mode alone.
    public var authorization: String?
    /// `HTTP_ORIGIN`
    public var origin: String?
    /// `HTTP_ACCESS_CONTROL_REQUEST_METHOD`: makes an `OPTIONS` a CORS preflight.
    public var accessControlRequestMethod: String?
    /// `HTTP_IF_NONE_MATCH`
    public var ifNoneMatch: String?
    /// `REQUEST_ID`: nginx's `$request_id`. Nil unless it is short and printable.
    public var requestID: String?
    /// `REMOTE_ADDR`. Nil unless it is short and printable.
    public var remoteAddress: String?
    /// `AUTHORISED_ORGANISATION`: the organisation that the gateway asked about. Read in gateway mode alone.
    public var authorisedOrganisation: String?

    /// Reads each parameter once with `parameter`. An empty value counts as not sent.
    public init(parameter: (StaticString) -> String?) {
        func value(_ name: StaticString) -> String? { parameter(name).flatMap { $0.isEmpty ? nil : $0 } }
        role = value("FCGI_ROLE")
        method = value("REQUEST_METHOD")
        target = value("REQUEST_URI")
        authorization = value("HTTP_AUTHORIZATION")
        origin = value("HTTP_ORIGIN")
        accessControlRequestMethod = value("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        ifNoneMatch = value("HTTP_IF_NONE_MATCH")
        requestID = value("REQUEST_ID").flatMap(Self.loggable)
        remoteAddress = value("REMOTE_ADDR").flatMap(Self.loggable)
        authorisedOrganisation = value("AUTHORISED_ORGANISATION")
    }

    private static func loggable(_ text: String) -> String? {
        text.utf8.count <= 128 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }
}
