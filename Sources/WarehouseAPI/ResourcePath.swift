public import WarehouseConnections

/// What a request target names: the one reading of `REQUEST_URI` that decides about routing and authorisation.
///
/// nginx routes on a decoded and merged path; here a resource has one spelling and everything else is no resource. The
/// organisation that the path names can't differ from the one that a stricter or laxer reader would find.
public struct ResourcePath: Equatable, Sendable {
    public enum Resource: Equatable, Sendable {
        case connectionList(OrganisationID)
        case connection(OrganisationID, ConnectionID)
        case liveness
        case readiness
        case metrics
    }

    public let resource: Resource
    /// The same target with the slash that its path lacks; nil if the path ends in one.
    public let targetWithSlash: String?

    /// The resource that `target`, a raw request target, names; nil if none.
    ///
    /// Source of the terms: RFC 9112, section 3.2.1 (origin-form).
    public init?(_ target: String) {
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let path = target.prefix { $0 != "?" }
        switch path {
        case "/health/liveness/": self.init(.liveness)
        case "/health/readiness/": self.init(.readiness)
        case "/metrics": self.init(.metrics)
        default:
            let segments = path.split(separator: "/", omittingEmptySubsequences: false)
            guard segments.count >= 7, segments[0].isEmpty,
                segments[1..<4] == ["api", "v1", "organisations"],
                let organisation = OrganisationID(segments[4]),
                segments[5..<7] == ["integrations", "warehouse-connections"]
            else { return nil }
            var rest = segments[7...]
            var resource = Resource.connectionList(organisation)
            if let name = rest.first, !name.isEmpty {
                guard let id = ConnectionID(name) else { return nil }
                resource = .connection(organisation, id)
                rest = rest.dropFirst()
            }
            // After the last name: nothing, or one empty segment, which is the slash.
            switch rest {
            case []: self.init(resource, targetWithSlash: "\(path)/\(target[path.endIndex...])")
            case [""]: self.init(resource)
            default: return nil
            }
        }
    }

    private init(_ resource: Resource, targetWithSlash: String? = nil) {
        self.resource = resource
        self.targetWithSlash = targetWithSlash
    }
}

extension ResourcePath.Resource {
    /// The organisation whose data this is; nil for the public resources.
    public var organisation: OrganisationID? {
        switch self {
        case .connectionList(let organisation), .connection(let organisation, _): organisation
        case .liveness, .readiness, .metrics: nil
        }
    }
}
