public import WarehouseConnections

/// Which secret of which connection of which organisation, in which version.
public struct SecretID: Hashable, Sendable {
    public let organisation: OrganisationID
    public let connection: ConnectionID
    public let name: SecretName
    public let version: SecretVersion

    public init(
        organisation: OrganisationID,
        connection: ConnectionID,
        name: SecretName,
        version: SecretVersion = .first
    ) {
        self.organisation = organisation
        self.connection = connection
        self.name = name
        self.version = version
    }

    /// What is authenticated with the secret: organisation and version as eight bytes each, most significant first; then
    /// connection and name, each after its length in one byte. No two identities have the same bytes.
    ///
    /// What is sealed stays sealed to this encoding: it can't change without resealing every store.
    var associatedData: [UInt8] {
        var bytes: [UInt8] = []
        for number in [organisation.rawValue, Int64(version.rawValue)] {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        for text in [connection.rawValue, name.rawValue] {
            // Their own rules keep both below 65 bytes.
            bytes.append(UInt8(clamping: text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }
}

extension SecretID: CustomStringConvertible {
    public var description: String { "organisation \(organisation), \(connection), \(name), version \(version)" }
}
