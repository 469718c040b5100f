import Testing

@testable import Warehouses

@Suite struct SnowflakeAccountTests {
    @Test(arguments: [
        ("xy12345", "xy12345.snowflakecomputing.com", "XY12345"),
        ("xy12345.us-east-1", "xy12345.us-east-1.snowflakecomputing.com", "XY12345"),
        ("xy12345.eu-central-1.aws", "xy12345.eu-central-1.aws.snowflakecomputing.com", "XY12345"),
        ("My_Org-My_Account", "my-org-my-account.snowflakecomputing.com", "MY_ORG-MY_ACCOUNT"),
        ("xy12345.cn-northwest-1.aws", "xy12345.cn-northwest-1.aws.snowflakecomputing.cn", "XY12345"),
        ("cn-1", "cn-1.snowflakecomputing.com", "CN-1"),
        ("acme-eu_1.global", "acme-eu-1.global.snowflakecomputing.com", "ACME"),
    ])
    func hasAHostAndAName(identifier: String, host: String, name: String) {
        let account = SnowflakeAccount(identifier)
        #expect(account.host == host)
        #expect(account.name == name)
    }
}
