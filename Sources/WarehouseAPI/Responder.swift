public import HTTPTypes
public import WarehouseConnections

/// From request to answer: the contract over HTTP. One responder serves one thread, as its reader does.
public struct Responder {
    private let reader: any ConnectionReader
    private let authoriser: Authoriser
    private let cors: CORSPolicy
    private let surface: Surface

    /// What there is to ask for, besides health.
    public enum Surface {
        case connections
        /// For the operator: no connections, but what `metrics` returns.
        case status(metrics: () -> String)
    }

    static let allowedMethods = "GET, HEAD, OPTIONS"

    public init(
        reader: any ConnectionReader,
        authoriser: Authoriser,
        cors: CORSPolicy = CORSPolicy(),
        surface: Surface = .connections
    ) {
        self.reader = reader
        self.authoriser = authoriser
        self.cors = cors
        self.surface = surface
    }

    /// The answer to `request`, and what to record of it.
    public func respond(to request: APIRequest) -> (HTTPResponse, body: [UInt8], RequestEvent) {
        var event = RequestEvent(request)
        let answer: Answer
        do throws(APIError) {
            answer = try self.answer(to: request, &event)
        } catch {
            answer = Answer(error)
            event.keyFailure = error.keyFailure
        }
        let (response, body) = complete(answer, for: request)
        event.status = answer.status
        event.duration = ContinuousClock.now - event.start
        return (response, body, event)
    }

    /// The checks in the contract's order: the first that fails decides.
    private func answer(to request: APIRequest, _ event: inout RequestEvent) throws(APIError) -> Answer {
        guard request.role == "RESPONDER", let target = request.target,
            let method = request.method.flatMap({ HTTPRequest.Method(rawValue: $0) })
        else { throw .badRequest }
        guard let path = ResourcePath(target), surface.has(path.resource) else { throw .notFound }
        event.route = RequestEvent.Route(path.resource)
        event.organisation = path.resource.organisation
        if method == .options { return Answer(.noContent, [.allow: Self.allowedMethods]) }
        if let location = path.targetWithSlash { return Answer(.movedPermanently, [.location: location]) }
        if let organisation = path.resource.organisation {
            try authoriser.authorise(request, for: organisation) { id throws(APIError) in
                event.keyID = id
                return try read(&event) { reader throws(StoreError) in try reader.key(id) }
            }
        }
        guard method == .get || method == .head else { throw .methodNotAllowed(method) }
        if case .metrics = path.resource, case .status(let metrics) = surface { return Answer(metrics: metrics()) }
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
            _ = try read(&event) { reader throws(StoreError) in try reader.schemaVersion() }
            json.object { $0.member("status", "ok") }
        case .connectionList(let organisation):
            let connection = try read(&event) { reader throws(StoreError) in try reader.connection(of: organisation) }
            json.array { connection?.write(to: &$0) }
        case .connection(let organisation, let id):
            let connection = try read(&event) { reader throws(StoreError) in try reader.connection(of: organisation) }
            if let connection, connection.id == id { connection.write(to: &json) }
        case .metrics:
            break
        }
        return json.bytes.isEmpty ? nil : json.bytes
    }

    /// Asks the store, and records how it was and how long it took.
    private func read<Value>(
        _ event: inout RequestEvent,
        _ body: (any ConnectionReader) throws(StoreError) -> Value
    ) throws(APIError) -> Value {
        let start = ContinuousClock.now
        defer {
            event.storeReads.count += 1
            event.storeReads.duration += ContinuousClock.now - start
        }
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
            fields[.contentType] = answer.contentType
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

extension Responder.Surface {
    fileprivate func has(_ resource: ResourcePath.Resource) -> Bool {
        switch (self, resource) {
        case (_, .liveness), (_, .readiness): true
        case (.connections, .connectionList), (.connections, .connection), (.status, .metrics): true
        case (.connections, .metrics), (.status, .connectionList), (.status, .connection): false
        }
    }
}
