import Testing

@testable import WarehouseConnections

@Suite struct AccountIdentifierTests {
    @Test(arguments: [
        ("xy12345", "xy12345"), ("XY12345.us-east-1", "xy12345.us-east-1"),
        ("xy12345.east-us-2.azure", "xy12345.east-us-2.azure"), ("xy12345.aws", "xy12345.aws"),
        ("myorg-my_account", "myorg-my_account"), ("MyOrg-My_Account", "myorg-my_account"),
        // SQL's form.
        ("MYORG.MY_ACCOUNT", "myorg-my_account"), ("myorg.account.privatelink", "myorg-account.privatelink"),
        ("myorg.account.snowflakecomputing.com", "myorg-account"),
        ("my-org.account", "my-org.account"), ("myorg.us-west-2", "myorg.us-west-2"),
        ("myorg-account.privatelink", "myorg-account.privatelink"), ("xy12345.privatelink", "xy12345.privatelink"),
        ("xy12345.global", "xy12345.global"), ("acme-eu.global", "acme-eu.global"), ("a.b.c", "a.b.c"),
        // URLs of the account.
        ("xy12345.us-east-1.snowflakecomputing.com", "xy12345.us-east-1"),
        ("https://xy12345.us-east-1.snowflakecomputing.com", "xy12345.us-east-1"),
        ("https://xy12345.us-east-1.snowflakecomputing.com/console/login#/", "xy12345.us-east-1"),
        ("HTTPS://XY12345.Snowflakecomputing.COM/", "xy12345"), ("http://xy12345.snowflakecomputing.com", "xy12345"),
        ("xy12345.snowflakecomputing.com/console?a=b", "xy12345"), ("xy12345.snowflakecomputing.com#x", "xy12345"),
        ("https://xy12345.snowflakecomputing.com:443/", "xy12345"),
        ("myorg-my-account.snowflakecomputing.com", "myorg-my-account"),
        ("myorg-account.privatelink.snowflakecomputing.com", "myorg-account.privatelink"),
        ("xy12345.us-east-1.privatelink.snowflakecomputing.com", "xy12345.us-east-1.privatelink"),
        ("app-account.privatelink.snowflakecomputing.com", "app-account.privatelink"),
        // China's domain stays where no region says it.
        ("xy12345.cn-northwest-1.aws", "xy12345.cn-northwest-1.aws"),
        ("https://xy12345.cn-northwest-1.aws.snowflakecomputing.cn/", "xy12345.cn-northwest-1.aws"),
        ("xy12345.cn-northwest-1.aws.snowflakecomputing.com", "xy12345.cn-northwest-1.aws"),
        ("https://MyOrg-Account.snowflakecomputing.cn/console", "myorg-account.snowflakecomputing.cn"),
        ("myorg.account.snowflakecomputing.cn", "myorg-account.snowflakecomputing.cn"),
        // The web interface.
        ("https://app.snowflake.com/MyOrg/Account/", "myorg-account"),
        ("https://app.snowflake.com/myorg/my_account/w1b2#query", "myorg-my_account"),
        ("app.snowflake.com/myorg/account", "myorg-account"),
        ("https://app.snowflake.com/us-east-1/xy12345/#/data/databases", "xy12345.us-east-1"),
        ("https://app.snowflake.com/us-west-2/xy12345/worksheets", "xy12345"),
        ("https://app.snowflake.com/ap-south-1.aws/xy12345", "xy12345.ap-south-1.aws"),
        ("https://app.snowflake.com/east-us-2.azure/xy12345?a", "xy12345.east-us-2.azure"),
        ("https://app.snowflake.com/us-central1.gcp/xy12345", "xy12345.us-central1.gcp"),
    ])
    func isFoundInWhatPeoplePaste(text: String, identifier: String) throws {
        let normalised = try TextRule.account.normalised(text)
        #expect(normalised == identifier)
        #expect(TextRule.account.problem(with: normalised) == nil)
        #expect(try TextRule.account.normalised(normalised) == normalised)
    }

    @Test(arguments: [
        "https://app.snowflake.com", "https://app.snowflake.com/", "https://app.snowflake.com/#/homepage",
        "https://app.snowflake.com/myorg/", "https://app.snowflake.com/us-east-1", "app.snowflake.com",
        "https://app.snowflake.com/_deeplink/#/worksheets", "https://app.snowflake.com/my.org/account",
        "https://app.snowflake.com/us-east-1.abc/xy12345", "https://app.snowflake.com/us-east-1/us-west-2",
        "https://app.us-east-1.privatelink.snowflakecomputing.com/us-east-1/xy12345",
        "https://app-myorg-account.privatelink.snowflakecomputing.com/", "https://app.snowflake.cn/myorg/account",
        "https://xy12345.snowflakecomputing.com:8443/", "https://xy12345", "xy12345/console", "xy12345:443",
        "https://example.com/", "xy12345.us-east-1.snowfalkecomputing.com", "snowflakecomputing.com",
        "www.snowflake.com",
        "jdbc:snowflake://xy12345.snowflakecomputing.com/?db=a", "snowflake://xy12345", "https://",
        "ftp://xy12345.snowflakecomputing.com", "xy12345?x", "xy12345#x",
        "https://xy12345.snowflakecomputing.com.evil.org",
    ])
    func isNotGuessed(text: String) {
        #expect(throws: TextRule.Problem.self) { try TextRule.account.normalised(text) }
    }

    @Test(arguments: [
        "-org", "org-", "_org", "org_", "org-account_", "xy12345.-us-east-1", "xy12345.us-east-1-", "-", "_",
        "org.account_",
        "https://-a.snowflakecomputing.com", "org-account_.snowflakecomputing.cn", "https://app.snowflake.com/_a/b",
    ])
    func hasNoHyphenOrUnderscoreAtTheEndsOfItsParts(text: String) throws {
        let problem = TextRule.account.problem(with: try TextRule.account.normalised(text))
        #expect(problem == "has a - or _ at the beginning or end of a part")
    }

    @Test(arguments: [
        "a b", "a..b", ".a", "a.", "user@xy12345.snowflakecomputing.com", "é", "\u{212A}", "ａ",
        ".snowflakecomputing.com",
        "https://.snowflakecomputing.com", "xy%2e.snowflakecomputing.com", "*.snowflakecomputing.com",
    ])
    func isMadeOfLabels(text: String) throws {
        #expect(TextRule.account.problem(with: try TextRule.account.normalised(text)) != nil)
    }

    /// What is stored can be given again, and is the same account's then.
    @Test func isStoredInTheOneFormThatMeansItself() throws {
        let labels = ["a", "a_b", "A-B", "us-east-1", "cn-north-1", "aws", "privatelink", "global", "com", "cn"]
        let tails = labels.flatMap { first in [first] + labels.map { "\(first).\($0)" } }
        let hosts = labels + labels.flatMap { label in tails.map { "\(label).\($0)" } }
        var count = 0
        for host in hosts {
            for domain in ["", ".snowflakecomputing.com", ".snowflakecomputing.cn"] {
                guard let stored = try? TextRule.account.normalised(host + domain) else { continue }
                count += 1
                #expect(TextRule.account.problem(with: stored) == nil)
                #expect(try TextRule.account.normalised(stored) == stored)
                let host = AccountIdentifier(stored).host
                #expect(try AccountIdentifier(TextRule.account.normalised("https://\(host)/")).host == host)
            }
        }
        #expect(count > 1500)
    }
}
