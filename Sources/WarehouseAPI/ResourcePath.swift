public import WarehouseConnections

/// What a request target names: the one reading of `REQUEST_URI` that decides about routing and authorisation.
///
/// nginx routes on a decoded and merged path; here a resource has one spelling and everything else is no resource. The
/// organisation that the path names can't differ from the one that a stricter or laxer reader would find.
public struct ResourcePath: Equatable, Sendable {
    public enum Resource: Hashable, Sendable {
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
        let bytes = target.utf8.span
        for index in bytes.indices where !(0x21...0x7E).contains(bytes[index]) { return nil }
        let path = bytes.extracting(..<bytes.firstIndex(of: UInt8(ascii: "?")))
        guard path.hasPrefix(Self.organisations) else {
            guard let health = Self.others[String(Substring(target.utf8.prefix(path.count)))] else { return nil }
            self.init(health)
            return
        }
        var rest = path.extracting(droppingFirst: Self.organisations.utf8.count)
        let number = rest.extracting(..<rest.firstIndex(of: UInt8(ascii: "/")))
        rest = rest.extracting(droppingFirst: number.count)
        guard let organisation = OrganisationID(number), rest.hasPrefix(Self.connections) else { return nil }
        rest = rest.extracting(droppingFirst: Self.connections.utf8.count)
        // What is left is nothing, the slash, or a slash and an id, with a slash or without.
        guard rest.isEmpty || rest.hasPrefix("/") else { return nil }
        let name = rest.extracting(droppingFirst: 1)
        let id = name.extracting(..<name.firstIndex(of: UInt8(ascii: "/")))
        let lacksSlash = rest.isEmpty || (!id.isEmpty && id.count == name.count)
        guard lacksSlash || name.count == (id.isEmpty ? 0 : id.count + 1) else { return nil }
        let targetWithSlash = lacksSlash ? Self.insertingSlash(target, at: path.count) : nil
        if id.isEmpty {
            self.init(.connectionList(organisation), targetWithSlash: targetWithSlash)
        } else if let id = ConnectionID(id) {
            self.init(.connection(organisation, id), targetWithSlash: targetWithSlash)
        } else {
            return nil
        }
    }

    private static func insertingSlash(_ target: String, at end: Int) -> String {
        "\(Substring(target.utf8.prefix(end)))/\(Substring(target.utf8.dropFirst(end)))"
    }

    private static let others: [String: Resource] = [
        "/health/liveness/": .liveness, "/health/readiness/": .readiness, "/metrics": .metrics,
    ]
    private static let organisations = "/api/v1/organisations/"
    private static let connections = "/integrations/warehouse-connections"

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
