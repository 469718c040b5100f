import HTTPTypes
import WarehouseConnections

/// Every answer that is not the resource: one case, one status, one body, its headers.
enum APIError: Error, Equatable {
    case badRequest
    /// Nothing was presented that could be a key.
    case notAuthenticated
    /// What was presented is malformed, unknown, expired or revoked: one answer for all, so that it tells nothing.
    case authenticationFailed(KeyFailure)
    case forbidden
    case notFound
    case methodNotAllowed(HTTPRequest.Method)
    case storeUnavailable

    /// For the operator alone.
    var keyFailure: KeyFailure? {
        switch self {
        case .notAuthenticated: .missing
        case .authenticationFailed(let failure): failure
        case .forbidden: .foreign
        case .badRequest, .notFound, .methodNotAllowed, .storeUnavailable: nil
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .badRequest: .badRequest
        case .notAuthenticated, .authenticationFailed: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .storeUnavailable: .serviceUnavailable
        }
    }

    var detail: String {
        switch self {
        case .badRequest: "Bad request."
        case .notAuthenticated: "Authentication credentials were not provided."
        case .authenticationFailed: "Incorrect authentication credentials."
        case .forbidden: "You do not have permission to perform this action."
        case .notFound: "Not found."
        case .methodNotAllowed(let method): "Method \"\(method.rawValue)\" not allowed."
        case .storeUnavailable: "Service temporarily unavailable, try again later."
        }
    }

    var headerFields: HTTPFields {
        switch self {
        case .badRequest, .forbidden, .notFound: [:]
        case .notAuthenticated, .authenticationFailed:
            [.wwwAuthenticate: "Api-Key realm=\"warehouse-connections\""]
        case .methodNotAllowed: [.allow: Responder.allowedMethods]
        case .storeUnavailable: [.retryAfter: "1"]
        }
    }

    /// `{"detail":…}`, as Django REST framework has it.
    var body: [UInt8] {
        var json = JSONWriter()
        json.object { $0.member("detail", detail) }
        return json.bytes
    }
}
