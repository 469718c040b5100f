import WarehouseConnections

/// The JSON of a resource with its entity tag.
struct Content {
    let bytes: [UInt8]
    let tag: EntityTag

    init(_ json: JSONWriter) {
        bytes = json.bytes
        tag = EntityTag(of: json.bytes)
    }

    /// What it takes in memory, in bytes: with its tag, and its place in a collection.
    var size: Int { bytes.capacity + 256 }

    /// `{"status":"ok"}`
    static let healthy: Content = {
        var json = JSONWriter()
        json.object { $0.member("status", "ok") }
        return Content(json)
    }()

    /// A list of `connection`, or the one itself; nil if `resource` names another one.
    init?(of resource: ResourcePath.Resource, _ connection: WarehouseConnection?) {
        var json = connection == nil ? JSONWriter() : JSONWriter(reservingCapacity: WarehouseConnection.usualJSONSize)
        switch resource {
        case .connectionList:
            json.array { connection?.write(to: &$0) }
        case .connection(_, let id):
            guard let connection, connection.id == id else { return nil }
            connection.write(to: &json)
        case .liveness, .readiness, .metrics:
            return nil
        }
        self.init(json)
    }
}
