public import HTTPTypes
public import WarehouseConnections

/// What happened to one request: what the log and the metrics say of it, free of anything that only the caller chose.
public struct RequestEvent: Sendable {
    /// The name of a route, whatever its organisation and id.
    public enum Route: String, CaseIterable, Sendable {
        case connectionList = "connection_list"
        case connection
        case liveness
        case readiness
        case metrics
        case none
    }

    /// The methods that mean something here, and the rest.
    public enum Method: String, CaseIterable, Sendable {
        case get = "GET"
        case head = "HEAD"
        case options = "OPTIONS"
        case other
    }

    public internal(set) var route = Route.none
    public let method: Method
    public internal(set) var status = HTTPResponse.Status.ok
    public internal(set) var organisation: OrganisationID?
    public let start = ContinuousClock.now
    /// From the parameters to the answer, without the time that it takes to send them.
    public internal(set) var duration = Duration.zero
    /// The key that was presented, whatever its state; nil for what has not the form of one.
    public internal(set) var keyID: KeyID?
    public internal(set) var keyFailure: KeyFailure?
    /// How often the store was asked, and how long that took.
    public internal(set) var storeReads = (count: 0, duration: Duration.zero)
    /// How the store was; nil if it was not asked.
    public internal(set) var storeOutcome: Result<Void, StoreError>?
    public let requestID: String?
    public let remoteAddress: String?

    init(_ request: APIRequest) {
        method = request.method.flatMap { Method(rawValue: $0) } ?? .other
        requestID = request.requestID
        remoteAddress = request.remoteAddress
    }
}

/// Why a request's credentials did not open what it asked for. The caller learns less.
public enum KeyFailure: String, CaseIterable, Sendable {
    /// There were none.
    case missing
    case malformed
    case unknown
    case wrongSecret = "wrong_secret"
    case expired
    case revoked
    /// They are good, for another organisation.
    case foreign
}

extension RequestEvent.Route {
    init(_ resource: ResourcePath.Resource) {
        switch resource {
        case .connectionList: self = .connectionList
        case .connection: self = .connection
        case .liveness: self = .liveness
        case .readiness: self = .readiness
        case .metrics: self = .metrics
        }
    }
}
