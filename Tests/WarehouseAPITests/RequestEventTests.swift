import HTTPTypes
import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

@Suite struct RequestEventTests {
    private static let requests: [(APIRequest, String, Int)] = [
        (.mock(), "connection_list", 200), (.mock(target: Target.connection), "connection", 404),
        (.mock(target: "/health/liveness/"), "liveness", 200), (.mock(target: "/health/readiness/"), "readiness", 200),
        (.mock(target: "/"), "none", 404), (.mock(target: nil), "none", 400), (.mock(method: "é"), "none", 400),
        (.mock(method: "OPTIONS"), "connection_list", 204), (.mock(method: "FOO"), "connection_list", 405),
        (.mock(target: String(Target.connection.dropLast())), "connection", 301),
        (.mock(authorisedOrganisation: "2"), "connection_list", 403), (.mock(ifNoneMatch: "*"), "connection_list", 304),
    ]

    @Test(arguments: requests)
    func namesTheRouteAndTheStatus(request: APIRequest, route: String, status: Int) {
        let event = event(of: request)
        #expect(event.route.rawValue == route)
        #expect(event.status.code == status)
    }

    @Test func namesTheOrganisation() {
        #expect(event(of: .mock()).organisation == OrganisationID(1))
        #expect(event(of: .mock(target: Target.connection)).organisation == OrganisationID(1))
        #expect(event(of: .mock(target: "/health/readiness/")).organisation == nil)
        #expect(event(of: .mock(target: Target.list(of: "01"))).organisation == nil)
    }

    @Test func namesTheRequestAndItsSender() {
        #expect(event(of: .mock(requestID: "abc")).requestID == "abc")
        #expect(event(of: .mock(requestID: "a\nb")).requestID == nil)
        #expect(event(of: .mock()).remoteAddress == "192.0.2.1")
    }

    @Test(
        arguments: [
            ("GET", .get), ("HEAD", .head), ("OPTIONS", .options), ("POST", .other), ("get", .other), (nil, .other),
        ] as [(String?, RequestEvent.Method)]
    )
    func namesTheMethodIfItMeansSomething(method: String?, expected: RequestEvent.Method) {
        #expect(event(of: .mock(method: method)).method == expected)
    }

    @Test func saysWhoseKeyItWasAndWhyItFailed() throws {
        let key = try StoredAPIKey.sample(of: 2)
        let reader = InMemoryStore()
        reader.keys[key.stored.id] = key.stored
        func event(_ authorization: String?, target: String = Target.list) -> RequestEvent {
            let request = APIRequest.mock(target: target, authorization: authorization)
            return Responder(reader: reader, authoriser: .keys).respond(to: request).2
        }
        #expect(event(nil).keyFailure == .missing)
        #expect(event("Api-Key whc_").keyFailure == .malformed)
        #expect(event("Api-Key \(APIKey.random().text)").keyFailure == .unknown)
        let foreign = event("Api-Key \(key.text)")
        #expect(foreign.keyFailure == .foreign)
        #expect(foreign.keyID == key.stored.id)
        let good = event("Api-Key \(key.text)", target: Target.list(of: "2"))
        #expect(good.keyFailure == nil)
        #expect(good.keyID == key.stored.id)
        #expect(good.storeReads.count == 2)
        #expect(good.storeReads.duration > .zero)
        reader.error = .locked(store: "/store")
        #expect(event("Api-Key \(key.text)").keyFailure == nil)
    }

    @Test func measuresTheDuration() {
        #expect(event(of: .mock()).duration > .zero)
    }

    @Test(arguments: [Target.list, Target.connection, "/health/readiness/"])
    func saysHowTheStoreWas(target: String) {
        let reader = InMemoryStore()
        #expect(throws: Never.self) { try event(of: .mock(target: target), from: reader).storeOutcome?.get() }
        #expect(event(of: .mock(target: target), from: reader).storeOutcome != nil)

        reader.error = .locked(store: "/store")
        #expect(throws: StoreError.locked(store: "/store")) {
            try event(of: .mock(target: target), from: reader).storeOutcome?.get()
        }

        reader.error = nil
        #expect(throws: Never.self) { try event(of: .mock(target: target), from: reader).storeOutcome?.get() }
    }

    @Test(arguments: [
        APIRequest.mock(target: "/health/liveness/"), .mock(target: "/"), .mock(method: nil), .mock(method: "OPTIONS"),
        .mock(method: "POST"), .mock(authorisedOrganisation: nil), .mock(target: String(Target.list.dropLast())),
        .mock(method: "POST", target: "/health/readiness/"), .mock(role: "FILTER"),
    ])
    func saysNothingOfAStoreThatWasNotAsked(request: APIRequest) {
        let reader = InMemoryStore(error: .missing(store: "/store"))
        #expect(event(of: request, from: reader).storeOutcome == nil)
        #expect(reader.readCount == 0)
    }

    private func event(of request: APIRequest, from reader: InMemoryStore = InMemoryStore()) -> RequestEvent {
        let (_, _, event) = Responder(reader: reader, authoriser: .gateway).respond(to: request)
        return event
    }
}
