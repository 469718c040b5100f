import SecretStore
import WarehouseConnections
import Warehouses

/// Which private keys of a connection are in the store of secrets: their versions number the generations of its key pair.
struct KeyGenerations {
    /// In their order: none for a connection that was imported, two while a rotation is under way.
    let versions: [SecretVersion]
    /// Whether the key before the newest still works. Of an imported connection that is one which only the customer has.
    let isRotating: Bool

    init(of connection: WarehouseConnection, _ organisation: OrganisationID, in secrets: SecretStore?) throws {
        let versions = try failingWithSecretStoreErrors {
            try secrets?.identities(of: organisation)
                .filter { $0.connection == connection.id && $0.name == .privateKey }.map(\.version) ?? []
        }
        let newest = connection.publicKey.flatMap { publicKey in
            versions.last.map { KeyInstallation(publicKey, generation: $0.rawValue) }
        }
        self.versions = versions
        isRotating = versions.count > 1 || newest?.keepsPredecessor(in: connection.setupScript ?? "") == true
    }

    /// How the newest key is installed as things stand; `publicKey` is its public half.
    func installation(of publicKey: PublicKey) -> KeyInstallation {
        KeyInstallation(publicKey, generation: versions.last?.rawValue ?? 1, keepsPredecessor: isRotating)
    }

    /// The version of the key after the newest. What was imported with a public key has it in the first place, where it
    /// may still be in use.
    func next(after publicKey: PublicKey?) -> SecretVersion {
        versions.last?.next ?? (publicKey == nil ? .first : SecretVersion.first.next)
    }
}
