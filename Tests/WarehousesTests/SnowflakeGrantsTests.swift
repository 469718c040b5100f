import Foundation
import Testing
import WarehouseConnections

@testable import Warehouses

@Suite struct SnowflakeGrantsTests {
    private static let columns = ["created_on", "privilege", "granted_on", "name"]

    private func grants(
        _ rows: [[String?]],
        columns: [String] = columns,
        count: Int? = nil
    ) throws -> Snowflake.Grants? {
        let document: [String: Any] = [
            "statementHandle": "0",
            "resultSetMetaData": ["numRows": count ?? rows.count, "rowType": columns.map { ["name": $0] }],
            "data": rows.map { $0.map { $0 as Any? ?? NSNull() } },
        ]
        return Snowflake.Grants(try JSONSerialization.data(withJSONObject: document))
    }

    @Test(arguments: [
        ("CREATE TABLE", "SCHEMA", "FLAGSMITH.ANALYTICS", true), ("OWNERSHIP", "SCHEMA", "FLAGSMITH.ANALYTICS", true),
        ("ALL", "SCHEMA", #""FLAGSMITH"."ANALYTICS""#, true),
        ("CREATE TABLE", "SCHEMA", #"FLAGSMITH."ANALYTICS""#, true),
        ("USAGE", "SCHEMA", "FLAGSMITH.ANALYTICS", false), ("CREATE TABLE", "SCHEMA", "FLAGSMITH.OTHER", false),
        ("CREATE TABLE", "DATABASE", "FLAGSMITH.ANALYTICS", false), (nil, "SCHEMA", "FLAGSMITH.ANALYTICS", false),
    ])
    func findAPrivilege(privilege: String?, kind: String, name: String, isFound: Bool) throws {
        let grants = try #require(try grants([[nil, privilege, kind, name]]))
        #expect(grants.contain("CREATE TABLE", on: "SCHEMA", #""FLAGSMITH"."ANALYTICS""#) == isFound)
    }

    /// As Snowflake would, if it had another column in front some day.
    @Test func findColumnsByTheirNames() throws {
        let columns = ["NAME", "new", "granted_on", "privilege"]
        let grants = try #require(try grants([["D.S.F", nil, "FILE_FORMAT", "USAGE"]], columns: columns))
        #expect(grants.contain("USAGE", on: "FILE FORMAT", #""D"."S"."F""#))
    }

    /// Nothing can be missing from these.
    @Test func areNothingThatIsNotWhole() throws {
        #expect(try grants([["0", "USAGE", "SCHEMA", "D.S"]], count: 2) == nil)
        #expect(try grants([], columns: ["privilege", "name"]) == nil)
        #expect(Snowflake.Grants(Data(#"{"statementHandle":"0","data":[[1]]}"#.utf8)) == nil)
        #expect(Snowflake.Grants(Data("<html>".utf8)) == nil)
    }

    @Test func quoteNamesInTheirAdvice() throws {
        let names = Snowflake.Names(try .snowflake(["schema": #"my "schema""#, "role": "Loader"]))
        let none = try #require(try grants([]))
        let advice = try #require(Snowflake.advice(on: none, names))
        #expect(advice.contains(#"ON SCHEMA "FLAGSMITH"."my ""schema"""#), "\(advice)")
    }
}
