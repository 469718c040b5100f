public import HTTPTypes
public import WarehouseConnections

/// From request to answer: the contract over HTTP. One responder serves one thread, as its reader does.
public struct Responder {
    private let store: StoreCache
    private let authoriser: Authoriser
    private let cors: CORSPolicy
    private let surface: Surface
    private let commonFields: HTTPFields

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
        store = StoreCache(reader)
        self.authoriser = authoriser
        self.cors = cors
        self.surface = surface
        commonFields = Self.securityFields(varyingBy: authoriser)
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
            try authoriser.authorise(request, for: organisation) { presented throws(APIError) in
                event.keyID = presented.id
                return try read(&event) { () throws(StoreError) in try store.match(presented) }
            }
        }
        guard method == .get || method == .head else { throw .methodNotAllowed(method) }
        if case .metrics = path.resource, case .status(let metrics) = surface { return Answer(metrics: metrics()) }
        guard let content = try content(of: path.resource, &event) else { throw .notFound }
        return Answer(content, unlessMatched: request.ifNoneMatch)
    }

    /// The JSON of `resource`; nil if there is no such connection.
    private func content(
        of resource: ResourcePath.Resource,
        _ event: inout RequestEvent
    ) throws(APIError) -> Content? {
        switch resource {
        case .liveness:
            return .healthy
        case .readiness:
            _ = try read(&event) { () throws(StoreError) in try store.schemaVersion() }
            return .healthy
        case .connectionList(let organisation), .connection(let organisation, _):
            return try read(&event) { () throws(StoreError) in try store.content(of: resource, organisation) }
        case .metrics:
            return nil
        }
    }

    /// Asks the store, and records how it was and how long it took.
    private func read<Value>(
        _ event: inout RequestEvent,
        _ lookUp: () throws(StoreError) -> Value
    ) throws(APIError) -> Value {
        let start = ContinuousClock.now
        defer {
            event.storeReads.count += 1
            event.storeReads.duration += ContinuousClock.now - start
        }
        do throws(StoreError) {
            if event.storeOutcome == nil { try store.refresh() }
            let value = try lookUp()
            event.storeOutcome = .success(())
            return value
        } catch {
            event.storeOutcome = .failure(error)
            throw .storeUnavailable
        }
    }

    /// Adds what every answer carries.
    private func complete(_ answer: Answer, for request: APIRequest) -> (HTTPResponse, body: [UInt8]) {
        // Appended, never set: that would look each of them up.
        var fields = commonFields
        if let name = Self.requestID, let value = request.requestID {
            fields.append(HTTPField(name: name, value: value))
        }
        let isPreflight = answer.status == .noContent && request.accessControlRequestMethod != nil
        fields.append(contentsOf: cors.headerFields(for: request, isPreflight: isPreflight))
        fields.append(contentsOf: answer.headerFields)
        if let content = answer.content {
            fields.append(HTTPField(name: .contentType, value: answer.contentType))
            fields.append(HTTPField(name: .contentLength, value: String(content.count)))
        } else if answer.status == .movedPermanently {
            fields.append(HTTPField(name: .contentLength, value: "0"))
        }
        let body = request.method == HTTPRequest.Method.head.rawValue ? [] : answer.content ?? []
        return (HTTPResponse(status: answer.status, headerFields: fields), body)
    }

    private static func securityFields(varyingBy authoriser: Authoriser) -> HTTPFields {
        var fields: HTTPFields = [.cacheControl: "private, no-cache", .xContentTypeOptions: "nosniff"]
        fields[.vary] = authoriser.vary
        if let referrerPolicy = HTTPField.Name("Referrer-Policy") { fields[referrerPolicy] = "no-referrer" }
        return fields
    }

    private static let requestID = HTTPField.Name("X-Request-Id")
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
