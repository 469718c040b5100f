import WarehouseConnections

/// Decides who may read an organisation's connection.
public enum Authoriser: Sendable {
    /// The web server has asked Flagsmith, and says in `AUTHORISED_ORGANISATION` about which organisation.
    case gateway

    /// - Throws: ``APIError/forbidden`` if `request` may not read what `organisation` has.
    func authorise(_ request: APIRequest, for organisation: OrganisationID) throws(APIError) {
        switch self {
        case .gateway:
            // The web server decoded and merged the path before it asked; this reading of the raw one must agree.
            guard let asked = request.authorisedOrganisation.flatMap({ OrganisationID($0) }), asked == organisation
            else { throw .forbidden }
        }
    }

    /// What the answer depends on besides the path (`Vary`).
    var vary: String {
        switch self {
        case .gateway: "Authorization, Cookie, Origin"
        }
    }
}
