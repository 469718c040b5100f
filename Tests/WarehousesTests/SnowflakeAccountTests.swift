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
        ("myorg-my_account.privatelink", "myorg-my-account.privatelink.snowflakecomputing.com", "MYORG-MY_ACCOUNT"),
        ("xy12345.us-east-1.privatelink", "xy12345.us-east-1.privatelink.snowflakecomputing.com", "XY12345"),
        ("myorg-account.snowflakecomputing.cn", "myorg-account.snowflakecomputing.cn", "MYORG-ACCOUNT"),
        // Imported so.
        ("XY12345.us-east-1.snowflakecomputing.com", "xy12345.us-east-1.snowflakecomputing.com", "XY12345"),
        // What snowflake-connector-python's own test of tokens has.
        ("s3testaccount.global", "s3testaccount.global.snowflakecomputing.com", "S3TESTACCOUNT.GLOBAL"),
        ("acct-with-dashes", "acct-with-dashes.snowflakecomputing.com", "ACCT-WITH-DASHES"),
        ("testaccount.extra", "testaccount.extra.snowflakecomputing.com", "TESTACCOUNT"),
        ("testaccount-user.global", "testaccount-user.global.snowflakecomputing.com", "TESTACCOUNT"),
        ("normalaccount", "normalaccount.snowflakecomputing.com", "NORMALACCOUNT"),
    ])
    func hasAHostAndAName(identifier: String, host: String, name: String) {
        let account = SnowflakeAccount(identifier)
        #expect(account.host == host)
        #expect(account.name == name)
    }
}
