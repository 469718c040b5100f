public import HTTPTypes
public import WarehouseConnections

/// What happened to one request: what the log says of it, free of anything that only the caller chose.
public struct RequestEvent: Sendable {
    /// The name of a route, whatever its organisation and id.
    public enum Route: String, Sendable {
        case connectionList = "connection_list"
        case connection
        case liveness
        case readiness
        case none
    }

    public internal(set) var route = Route.none
    public internal(set) var status = HTTPResponse.Status.ok
    public internal(set) var organisation: OrganisationID?
    public internal(set) var duration = Duration.zero
    /// How the store was; nil if it was not asked.
    public internal(set) var storeOutcome: Result<Void, StoreError>?
    public let requestID: String?
    public let remoteAddress: String?

    init(requestID: String?, remoteAddress: String?) {
        self.requestID = requestID
        self.remoteAddress = remoteAddress
    }
}

extension RequestEvent.Route {
    init(_ resource: ResourcePath.Resource) {
        switch resource {
        case .connectionList: self = .connectionList
        case .connection: self = .connection
        case .liveness: self = .liveness
        case .readiness: self = .readiness
        }
    }
}
