import WarehouseConnections

/// Decides who may read an organisation's connection.
public enum Authoriser: String, CaseIterable, Sendable {
    /// Whoever presents an API key of the organisation.
    case keys
    /// Whomever the web server lets pass: it has asked Flagsmith, and says in `AUTHORISED_ORGANISATION` about which
    /// organisation.
    case gateway

    /// - Parameter match: looks an API key up.
    /// - Throws: what to answer if `request` may not read what `organisation` has, or what `match` throws.
    func authorise(
        _ request: APIRequest,
        for organisation: OrganisationID,
        match: (APIKey) throws(APIError) -> APIKey.Match
    ) throws(APIError) {
        let authorised: OrganisationID?
        switch self {
        case .keys:
            authorised = try Self.organisation(of: request.authorization, match)
        case .gateway:
            // The web server decoded and merged the path before it asked; this reading of the raw one must agree.
            authorised = request.authorisedOrganisation.flatMap { OrganisationID($0) }
        }
        guard authorised == organisation else { throw .forbidden }
    }

    /// The organisation that the key in an `Authorization` field opens.
    private static func organisation(
        of authorization: String?,
        _ match: (APIKey) throws(APIError) -> APIKey.Match
    ) throws(APIError) -> OrganisationID {
        guard let authorization else { throw .notAuthenticated }
        let bytes = authorization.utf8.span
        guard Self.hasScheme(bytes) else { throw .notAuthenticated }
        guard let presented = APIKey(bytes.extracting(droppingFirst: scheme.count + 1)) else {
            throw .authenticationFailed(.malformed)
        }
        switch try match(presented) {
        case .unknown: throw .authenticationFailed(.unknown)
        case .wrongSecret: throw .authenticationFailed(.wrongSecret)
        case .key(let key):
            switch key.state(at: .now) {
            case .live: return key.organisation
            case .revoked: throw .authenticationFailed(.revoked)
            case .expired: throw .authenticationFailed(.expired)
            }
        }
    }

    /// Whether the scheme is `Api-Key` in any case. By bytes: lowercased() makes "k" of other characters, too.
    private static func hasScheme(_ authorization: Span<UInt8>) -> Bool {
        let name = authorization.extracting(first: scheme.count)
        return name.count == scheme.count
            && name.indices.allSatisfy { ((65...90).contains(name[$0]) ? name[$0] + 32 : name[$0]) == scheme[$0] }
            && (authorization.count == scheme.count || authorization[scheme.count] == UInt8(ascii: " "))
    }

    private static let scheme = Array("api-key".utf8)

    /// What the answer depends on besides the path (`Vary`).
    var vary: String {
        switch self {
        case .keys: "Authorization, Origin"
        case .gateway: "Authorization, Cookie, Origin"
        }
    }
}
