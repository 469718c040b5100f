extension TextRule {
    /// The account identifier that somebody means by `text`: the identifier, `<organisation>.<account>`, the host or a URL
    /// of the account, or a URL of Snowflake's web interface.
    ///
    /// - Throws: ``Problem`` for a URL or a host that does not say which account it is.
    static func account(_ text: String) throws(Problem) -> String {
        // Beyond ASCII there are letters whose small ones are ASCII. The rule refuses them all.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        let text = text.lowercased()
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        let location = text.dropFirst(scheme?.count ?? 0)
        let authority = location.prefix { !"/?#".contains($0) }
        let host = authority.hasSuffix(":443") ? authority.dropLast(4) : authority
        let path = location.dropFirst(authority.count).prefix { !"?#".contains($0) }.split(separator: "/")
        var identifier = AccountIdentifier(String(host))
        if host == "app.snowflake.com" {
            guard path.count > 1, let account = account(ofPath: path[0], path[1]) else { throw notAnAccount }
            identifier = AccountIdentifier(account)
        } else {
            let isHost = AccountIdentifier.Domain(of: host) != nil
            guard isHost ? !isOfWebInterface(identifier) : host == text else { throw notAnAccount }
        }
        // A mistyped domain, or another website's.
        guard let last = identifier.labels.last, !["com", "cn"].contains(last) else { throw notAnAccount }
        identifier.joinOrganisation()
        return identifier.stored
    }

    static func accountProblem(_ text: String) -> String? {
        guard areLabels(text) else { return "is not made of letters, digits, _ and - with dots between them" }
        let ends = text.split(separator: ".").flatMap { [$0.first, $0.last] }
        return ends.contains("-") || ends.contains("_") ? "has a - or _ at the beginning or end of a part" : nil
    }

    private static let notAnAccount = Problem(
        reason: """
            does not say which account it is: give <organisation>-<account>, or the account's URL, \
            https://<account>.\(AccountIdentifier.Domain.world.rawValue)
            """
    )

    /// What the web interface has in its path: the organisation and the account's name, or a region and a locator.
    ///
    /// The region in which Snowflake began is in no identifier.
    ///
    /// Source: https://docs.snowflake.com/en/user-guide/admin-account-identifier, "Account locator formats by cloud platform
    /// and region".
    private static func account(ofPath first: Substring, _ second: Substring) -> String? {
        guard !second.contains("-"), !second.contains(".") else { return nil }
        let parts = first.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts[0].contains("-") else { return parts.count == 1 ? "\(first)-\(second)" : nil }
        guard parts.dropFirst().allSatisfy(AccountIdentifier.clouds.contains) else { return nil }
        return first == "us-west-2" ? String(second) : "\(second).\(first)"
    }

    /// Whether it is the web interface's own host behind a private link, `app.<region>.privatelink` or
    /// `app-<organisation>-<account>.privatelink`.
    ///
    /// Source: https://docs.snowflake.com/en/sql-reference/functions/system_get_privatelink_config.
    private static func isOfWebInterface(_ identifier: AccountIdentifier) -> Bool {
        guard let first = identifier.labels.first, identifier.labels.last == "privatelink" else { return false }
        // With one hyphen it is an account of an organisation that is called so.
        return first == "app" || first.hasPrefix("app-") && first.count { $0 == "-" } > 1
    }
}
