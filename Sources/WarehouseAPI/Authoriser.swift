import WarehouseConnections

/// Decides who may read an organisation's connection.
public enum Authoriser: String, CaseIterable, Sendable {
    /// Whoever presents an API key of the organisation.
    case keys
    /// Whomever the web server lets pass: it has asked Flagsmith, and says in `AUTHORISED_ORGANISATION` about which
    /// organisation.
    case gateway

    /// - Parameter key: looks an API key up.
    /// - Throws: what to answer if `request` may not read what `organisation` has, or what `key` throws.
    func authorise(
        _ request: APIRequest,
        for organisation: OrganisationID,
        key: (KeyID) throws(APIError) -> StoredAPIKey?
    ) throws(APIError) {
        let authorised: OrganisationID?
        switch self {
        case .keys:
            authorised = try Self.organisation(of: request.authorization, key)
        case .gateway:
            // The web server decoded and merged the path before it asked; this reading of the raw one must agree.
            authorised = request.authorisedOrganisation.flatMap { OrganisationID($0) }
        }
        guard authorised == organisation else { throw .forbidden }
    }

    /// The organisation that the key in an `Authorization` field opens.
    private static func organisation(
        of authorization: String?,
        _ key: (KeyID) throws(APIError) -> StoredAPIKey?
    ) throws(APIError) -> OrganisationID {
        guard let authorization else { throw .notAuthenticated }
        let scheme = authorization.utf8.prefix { $0 != UInt8(ascii: " ") }
        // By bytes: lowercased() makes "k" of other characters, too.
        guard scheme.elementsEqual("api-key".utf8, by: { (65...90).contains($0) ? $0 + 32 == $1 : $0 == $1 }) else {
            throw .notAuthenticated
        }
        guard let text = String(authorization.utf8.dropFirst(scheme.count + 1)), let presented = APIKey(text) else {
            throw .authenticationFailed(.malformed)
        }
        let stored = try key(presented.id)
        // Everything is computed before anything is decided, and an unknown key is compared with what nothing is made
        // of, so that it takes as long as a known one.
        let isRight = presented.isMade(of: stored?.secretDigest ?? noDigest)
        let state = Timestamp(secondsFromNow: 0).map { stored?.state(at: $0) ?? .revoked }
        guard let stored else { throw .authenticationFailed(.unknown) }
        guard isRight else { throw .authenticationFailed(.wrongSecret) }
        switch state {
        case .live: return stored.organisation
        case .revoked: throw .authenticationFailed(.revoked)
        case .expired, nil: throw .authenticationFailed(.expired)
        }
    }

    private static let noDigest = [UInt8](repeating: 0, count: 32)

    /// What the answer depends on besides the path (`Vary`).
    var vary: String {
        switch self {
        case .keys: "Authorization, Origin"
        case .gateway: "Authorization, Cookie, Origin"
        }
    }
}
