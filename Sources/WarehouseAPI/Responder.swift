public import HTTPTypes
public import WarehouseConnections

/// From request to answer: the contract over HTTP. One responder serves one thread, as its reader does.
public struct Responder {
    private let reader: any ConnectionReader
    private let authoriser: Authoriser
    private let cors: CORSPolicy

    static let allowedMethods = "GET, HEAD, OPTIONS"

    public init(reader: any ConnectionReader, authoriser: Authoriser, cors: CORSPolicy = CORSPolicy()) {
        self.reader = reader
        self.authoriser = authoriser
        self.cors = cors
    }

    /// The answer to `request`, and what to record of it.
    public func respond(to request: APIRequest) -> (HTTPResponse, body: [UInt8], RequestEvent) {
        let start = ContinuousClock.now
        var event = RequestEvent(requestID: request.requestID, remoteAddress: request.remoteAddress)
        let answer: Answer
        do throws(APIError) {
            answer = try self.answer(to: request, &event)
        } catch {
            answer = Answer(error)
        }
        let (response, body) = complete(answer, for: request)
        event.status = answer.status
        event.duration = ContinuousClock.now - start
        return (response, body, event)
    }

    /// The checks in the contract's order: the first that fails decides.
    private func answer(to request: APIRequest, _ event: inout RequestEvent) throws(APIError) -> Answer {
        guard request.role == "RESPONDER", let target = request.target,
            let method = request.method.flatMap({ HTTPRequest.Method(rawValue: $0) })
        else { throw .badRequest }
        guard let path = ResourcePath(target) else { throw .notFound }
        event.route = RequestEvent.Route(path.resource)
        event.organisation = path.resource.organisation
        if method == .options { return Answer(.noContent, [.allow: Self.allowedMethods]) }
        if let location = path.targetWithSlash { return Answer(.movedPermanently, [.location: location]) }
        if let organisation = path.resource.organisation {
            try authoriser.authorise(request, for: organisation) { id throws(APIError) in
                try read(&event) { reader throws(StoreError) in try reader.key(id) }
            }
        }
        guard method == .get || method == .head else { throw .methodNotAllowed(method) }
        guard let content = try content(of: path.resource, &event) else { throw .notFound }
        return Answer(content: content, unlessMatched: request.ifNoneMatch)
    }

    /// The JSON of `resource`; nil if there is no such connection.
    private func content(
        of resource: ResourcePath.Resource,
        _ event: inout RequestEvent
    ) throws(APIError) -> [UInt8]? {
        var json = JSONWriter(reservingCapacity: WarehouseConnection.usualJSONSize)
        switch resource {
        case .liveness:
            json.object { $0.member("status", "ok") }
        case .readiness:
            try read(&event) { reader throws(StoreError) in try reader.checkReadable() }
            json.object { $0.member("status", "ok") }
        case .connectionList(let organisation):
            let connection = try read(&event) { reader throws(StoreError) in try reader.connection(of: organisation) }
            json.array { connection?.write(to: &$0) }
        case .connection(let organisation, let id):
            let connection = try read(&event) { reader throws(StoreError) in try reader.connection(of: organisation) }
            if let connection, connection.id == id { connection.write(to: &json) }
        }
        return json.bytes.isEmpty ? nil : json.bytes
    }

    /// Asks the store, and records how it was.
    private func read<Value>(
        _ event: inout RequestEvent,
        _ body: (any ConnectionReader) throws(StoreError) -> Value
    ) throws(APIError) -> Value {
        do throws(StoreError) {
            let value = try body(reader)
            event.storeOutcome = .success(())
            return value
        } catch {
            event.storeOutcome = .failure(error)
            throw .storeUnavailable
        }
    }

    /// Adds what every answer carries.
    private func complete(_ answer: Answer, for request: APIRequest) -> (HTTPResponse, body: [UInt8]) {
        var fields = Self.commonFields
        fields[.vary] = authoriser.vary
        if let requestID = request.requestID, let name = Self.requestIDName { fields[name] = requestID }
        let isPreflight = answer.status == .noContent && request.accessControlRequestMethod != nil
        fields.append(contentsOf: cors.headerFields(for: request, isPreflight: isPreflight))
        fields.append(contentsOf: answer.headerFields)
        if let content = answer.content {
            fields[.contentType] = "application/json"
            fields[.contentLength] = String(content.count)
        } else if answer.status == .movedPermanently {
            fields[.contentLength] = "0"
        }
        let body = request.method == HTTPRequest.Method.head.rawValue ? [] : answer.content ?? []
        return (HTTPResponse(status: answer.status, headerFields: fields), body)
    }

    private static let requestIDName = HTTPField.Name("X-Request-Id")

    private static let commonFields: HTTPFields = {
        var fields: HTTPFields = [.cacheControl: "private, no-cache", .xContentTypeOptions: "nosniff"]
        if let referrerPolicy = HTTPField.Name("Referrer-Policy") { fields[referrerPolicy] = "no-referrer" }
        return fields
    }()
}
