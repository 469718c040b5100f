import WarehouseConnections

/// A reader that remembers what it has found for as long as the store's revision is the same. One serves one thread.
final class StoreCache {
    private let reader: any ConnectionReader
    private var revision: Int?
    private var keys = RecentlyUsed<KeyID, StoredAPIKey>(capacity: 256)
    /// For each thread 1.5 MiB at most, which is some 360 usual connections.
    private var contents = RecentlyUsed<ResourcePath.Resource, Content>(capacity: 3 << 18) { $0.size }

    init(_ reader: any ConnectionReader) { self.reader = reader }

    /// Forgets what may not be so any more. To be called for each request, before the first look-up.
    func refresh() throws(StoreError) {
        let current = try reader.revision()
        guard current != revision else { return }
        keys.removeAll()
        contents.removeAll()
        revision = current
    }

    /// How the key with the id of `presented` fits.
    ///
    /// Remembered only for whoever knows its secret: for everybody else a known id takes as long as an unknown one.
    func match(_ presented: APIKey) throws(StoreError) -> APIKey.Match {
        if let key = keys.value(presented.id), case .key(let known) = presented.match(key) { return .key(known) }
        let match = presented.match(try reader.key(presented.id))
        if case .key(let key) = match { keys.insert(key, key.id) }
        return match
    }

    /// The JSON of a resource that belongs to `organisation`; nil if there is no such connection.
    func content(of resource: ResourcePath.Resource, _ organisation: OrganisationID) throws(StoreError) -> Content? {
        if let content = contents.value(resource) { return content }
        guard let content = Content(of: resource, try reader.connection(of: organisation)) else { return nil }
        contents.insert(content, resource)
        return content
    }

    func schemaVersion() throws(StoreError) -> Int { try reader.schemaVersion() }
}
