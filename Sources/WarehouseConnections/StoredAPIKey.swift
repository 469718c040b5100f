/// What a store keeps of an API key: enough to recognise it, nothing to make it of.
public struct StoredAPIKey: Hashable, Sendable {
    public let id: KeyID
    /// SHA-256 of the secret's 43 characters: 32 bytes.
    public let secretDigest: [UInt8]
    /// The only organisation that the key opens.
    public let organisation: OrganisationID
    /// What the key is for, in the operator's words; may be empty.
    public let label: String
    public let createdAt: Timestamp
    /// The key works before this time; nil: always.
    public let expiresAt: Timestamp?
    public let revokedAt: Timestamp?

    /// In characters.
    public static let longestLabel = 100

    /// - Throws: ``InvalidValue`` for a digest of another length, or a label that is too long or has control characters.
    public init(
        id: KeyID,
        secretDigest: [UInt8],
        organisation: OrganisationID,
        label: String,
        createdAt: Timestamp,
        expiresAt: Timestamp?,
        revokedAt: Timestamp? = nil
    ) throws(InvalidValue) {
        guard secretDigest.count == 32 else { throw InvalidValue("secret_sha256", "has not 32 bytes") }
        guard label.count <= Self.longestLabel else {
            throw InvalidValue("label", "has more than \(Self.longestLabel) characters")
        }
        guard !label.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw InvalidValue("label", "has a control character")
        }
        self.id = id
        self.secretDigest = secretDigest
        self.organisation = organisation
        self.label = label
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }

    /// Whether a key works.
    public enum State: String, Sendable {
        case live
        case expired
        case revoked
    }

    public func state(at time: Timestamp.Seconds) -> State {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt.isReached(at: time) { return .expired }
        return .live
    }
}
