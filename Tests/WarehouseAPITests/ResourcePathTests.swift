import TestSupport
import Testing
import WarehouseConnections

@testable import WarehouseAPI

@Suite struct ResourcePathTests {
    @Test(arguments: ["", "?", "?page=1", "?a=//b/../c%2F\\;#?x", "?/", "?" + String(repeating: "q", count: 5000)])
    func readsTheList(query: String) throws {
        let organisation = OrganisationID(1)
        let path = try #require(ResourcePath(Target.list + query))
        #expect(path.resource == .connectionList(organisation))
        #expect(path.resource.organisation == organisation)
        #expect(path.targetWithSlash == nil)
    }

    @Test(arguments: ["wc_a", "wc_abc123", "wc_ABCxyz019", "wc_" + String(repeating: "Z", count: 61)])
    func readsAConnection(text: String) throws {
        let organisation = OrganisationID(1)
        let id = try #require(ConnectionID(text))
        for query in ["", "?", "?page=1", "?/../"] {
            let path = try #require(ResourcePath("\(Target.list)\(text)/\(query)"))
            #expect(path.resource == .connection(organisation, id))
            #expect(path.resource.organisation == organisation)
            #expect(path.targetWithSlash == nil)
        }
    }

    @Test(arguments: [
        ("1", 1), ("7", 7), ("10", 10), ("4294967297", 4_294_967_297), ("9223372036854775807", Int64.max),
    ])
    func readsTheOrganisation(text: String, number: Int64) {
        #expect(ResourcePath(Target.list(of: text))?.resource.organisation?.rawValue == number)
        #expect(ResourcePath(Target.list(of: text) + "wc_a/")?.resource.organisation?.rawValue == number)
    }

    @Test(arguments: [("/health/liveness/", ResourcePath.Resource.liveness), ("/health/readiness/", .readiness)])
    func readsTheHealthRoutes(path: String, resource: ResourcePath.Resource) {
        for query in ["", "?", "?verbose=1"] {
            #expect(ResourcePath(path + query)?.resource == resource)
            #expect(ResourcePath(path + query)?.targetWithSlash == nil)
        }
        #expect(resource.organisation == nil)
    }

    @Test(arguments: [
        ("", "/"), ("?", "/?"), ("?page=1", "/?page=1"), ("?a=/b/?c=%2F..//", "/?a=/b/?c=%2F..//"), ("?/", "/?/"),
        ("/wc_a", "/wc_a/"), ("/wc_a?", "/wc_a/?"), ("/wc_a?x=1&y", "/wc_a/?x=1&y"), ("/wc_a?/", "/wc_a/?/"),
    ])
    func addsAMissingSlash(end: String, endWithSlash: String) throws {
        let start = String(Target.list.dropLast())
        let path = try #require(ResourcePath(start + end))
        #expect(path.targetWithSlash == start + endWithSlash)
        #expect(path.resource == ResourcePath(start + endWithSlash)?.resource)
    }

    @Test(arguments: ["/health/liveness", "/health/readiness", "/health/liveness?", "/health/readiness?x=/"])
    func addsNoSlashToTheHealthRoutes(target: String) {
        #expect(ResourcePath(target) == nil)
    }
}
