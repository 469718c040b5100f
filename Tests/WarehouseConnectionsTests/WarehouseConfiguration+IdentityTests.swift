import Testing
import WarehouseConnections

@Suite struct WarehouseConfigurationIdentityTests {
    /// Whether two connections of Snowflake sign in as one user of one account.
    @Test(arguments: [
        (("org-a", "LOADER"), ("org-a", "LOADER"), true), (("ORG-A", "loader"), ("org-a", "LOADER"), true),
        (("org-my_a", "LOADER"), ("org-my-a", "LOADER"), true),
        (("org-a.privatelink", "LOADER"), ("org-a", "LOADER"), true),
        (("org-a.snowflakecomputing.com", "LOADER"), ("org-a", "LOADER"), true),
        (("org-a.snowflakecomputing.cn", "LOADER"), ("org-a", "LOADER"), false),
        (("org-a", "LOADER"), ("org-b", "LOADER"), false), (("org-a", "LOADER"), ("org-a", "LOADER_2"), false),
        (("xy1.us-east-1", "LOADER"), ("xy1.us-east-2.aws", "LOADER"), false),
        (("xy1.global", "LOADER"), ("xy1", "LOADER"), false),
    ])
    func knowsAUserOfSnowflake(_ one: (String, String), _ other: (String, String), isSame: Bool) throws {
        func identity(_ names: (String, String)) throws -> WarehouseConfiguration.UserIdentity? {
            // As imported: the other names differ.
            try WarehouseConfiguration(type: .snowflake) { field in
                switch field.name {
                case "account_identifier": .text(names.0)
                case "user": .text(names.1)
                default: .text(names == one ? "A" : "B")
                }
            }.userIdentity
        }
        #expect(try identity(one) != nil)
        #expect((try identity(one) == identity(other)) == isSame)
    }

    @Test(arguments: [
        (["host": "H.example"], true), (["database": "other", "secure": "false"], true), (["port": "9440"], true),
        (["username": "Default"], false), (["host": "i.example"], false),
    ])
    func knowsAUserOfClickHouse(given: [String: String], isSame: Bool) throws {
        let one = try WarehouseConfiguration(creating: .clickHouse, given: ["host": "h.example"])
        let other = try one.updated(given: given)
        #expect((one.userIdentity == other.userIdentity) == isSame)
    }

    @Test func knowsNoUserWhereTheTypeDoesNotSayWhatOneIs() throws {
        #expect(try WarehouseConfiguration.mock(of: .postbox).userIdentity == nil)
    }

    @Test func tellsTheTypesApart() throws {
        let identities = try WarehouseType.all.map { try WarehouseConfiguration.mock(of: $0).userIdentity }
        #expect(Set(identities).count == WarehouseType.all.count)
    }
}
