import Foundation
import HTTPTypes
import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

enum Target {
    static let list = "/api/v1/organisations/1/integrations/warehouse-connections/"
    static let connection = list + "wc_abc123/"

    static func list(of organisation: String) -> String {
        "/api/v1/organisations/\(organisation)/integrations/warehouse-connections/"
    }
}

extension APIRequest {
    /// What the web server sends for an authorised `GET`; nil for a parameter that it does not send.
    static func mock(
        role: String? = "RESPONDER",
        method: String? = "GET",
        target: String? = Target.list,
        authorisedOrganisation: String? = "1",
        authorization: String? = nil,
        origin: String? = nil,
        accessControlRequestMethod: String? = nil,
        ifNoneMatch: String? = nil,
        requestID: String? = "0123456789abcdef"
    ) -> APIRequest {
        let parameters = [
            "FCGI_ROLE": role, "REQUEST_METHOD": method, "REQUEST_URI": target, "HTTP_ORIGIN": origin,
            "HTTP_AUTHORIZATION": authorization,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": accessControlRequestMethod, "HTTP_IF_NONE_MATCH": ifNoneMatch,
            "REQUEST_ID": requestID, "REMOTE_ADDR": "192.0.2.1", "AUTHORISED_ORGANISATION": authorisedOrganisation,
        ]
        return APIRequest { parameters["\($0)"] ?? nil }
    }
}

/// One answer in the terms of the contract.
struct Reply: Equatable {
    let status: Int
    /// By lower-case name.
    let fields: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var names: Set<String> { Set(fields.keys) }
}

extension Reply {
    init(
        to request: APIRequest,
        from reader: InMemoryStore = InMemoryStore(),
        authoriser: Authoriser = .gateway,
        cors: CORSPolicy = CORSPolicy(),
        surface: Responder.Surface = .connections
    ) {
        let responder = Responder(reader: reader, authoriser: authoriser, cors: cors, surface: surface)
        let (response, body, _) = responder.respond(to: request)
        self.init(
            status: response.status.code,
            fields: Dictionary(
                response.headerFields.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { "\($0) and, in a second field, \($1)" }
            ),
            body: body
        )
    }
}

extension Fixture {
    static func bytes(_ name: String) throws -> [UInt8] { Array(try text(name).utf8) }

    /// A store of `connections.ndjson`.
    static func reader() throws -> InMemoryStore {
        let reader = InMemoryStore()
        for line in try bytes("connections.ndjson").split(separator: UInt8(ascii: "\n")) {
            let json = try JSONSerialization.jsonObject(with: Data(line))
            let members = try #require(json as? [String: Any])
            let number = try #require(members["organisation"] as? Int64)
            reader.connections[try #require(OrganisationID(number))] = try WarehouseConnection(fixture: members)
        }
        try #require(reader.connections.count == 3)
        return reader
    }
}

extension WarehouseConnection {
    fileprivate init(fixture members: [String: Any]) throws {
        func text(_ name: String) throws -> String { try #require(members[name] as? String) }
        let publicKey = try text("public_key")
        let config = try #require(members["config"] as? [String: String])
        try self.init(
            id: #require(ConnectionID(text("id"))),
            status: #require(ConnectionStatus(rawValue: text("status"))),
            configuration: WarehouseConfiguration(type: #require(.named(text("type")))) { field in
                config[field.name].map { .text($0) }
            },
            publicKey: PublicKey(publicKey),
            setupScript: text("setup_script"),
            createdAt: #require(Timestamp(text("created_at"))),
            lastTestedAt: (members["last_tested_at"] as? String).flatMap { Timestamp($0) },
            lastError: members["last_error"] as? String
        )
    }
}
