/// An account identifier of Snowflake, taken apart: `<organisation>-<account>` or `<locator>.<region>.<cloud>`, with
/// `.privatelink` or `.global` where it has that, and with the domain of its URL where nothing else says which it is.
///
/// Source: https://docs.snowflake.com/en/user-guide/admin-account-identifier,
/// https://docs.snowflake.com/en/user-guide/organizations-connect.
public struct AccountIdentifier: Hashable, Sendable {
    /// The parts between the dots, in lower case, those of the domain left out.
    public private(set) var labels: [String]
    /// The domain of the account's URL.
    private let domain: Domain

    enum Domain: String, CaseIterable {
        case world = "snowflakecomputing.com"
        case china = "snowflakecomputing.cn"

        /// The domain at the end of a host in lower case.
        init?(of host: some StringProtocol) {
            guard let domain = Self.allCases.first(where: { host.hasSuffix(".\($0.rawValue)") }) else { return nil }
            self = domain
        }
    }

    /// - Parameter text: an identifier, also with the domain of its URL.
    public init(_ text: String) {
        let text = text.lowercased()
        let given = Domain(of: text)
        labels = text.dropLast(given.map { $0.rawValue.count + 1 } ?? 0)
            .split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isInChina = given == .china || labels.dropFirst().contains { $0.hasPrefix("cn-") }
        domain = isInChina ? .china : .world
    }

    /// The host of the account's URL. A host name has no underscore.
    public var host: String { host(of: labels) }

    /// The host without `privatelink`: it is the same account.
    var publicHost: String { host(of: labels.filter { $0 != "privatelink" }) }

    private func host(of labels: [String]) -> String {
        (labels.map { $0.replacing("_", with: "-") } + [domain.rawValue]).joined(separator: ".")
    }

    /// How it is stored: with the domain only where no region says which one it is.
    var stored: String {
        let text = labels.joined(separator: ".")
        return AccountIdentifier(text) == self ? text : "\(text).\(domain.rawValue)"
    }

    /// Snowflake's clouds, as the last label of an identifier.
    static let clouds = ["aws", "azure", "gcp"]

    /// Puts the hyphen of an identifier into SQL's `<organisation>.<account>`; anything else stays.
    ///
    /// Neither an organisation nor an account's name has a hyphen, and every region has one.
    mutating func joinOrganisation() {
        guard labels.count == 2 || labels.count == 3 && labels[2] == "privatelink" else { return }
        let areNames = labels[..<2].allSatisfy { !$0.isEmpty && !$0.contains("-") }
        guard areNames, !(Self.clouds + ["privatelink", "global"]).contains(labels[1]) else { return }
        labels[..<2] = ["\(labels[0])-\(labels[1])"]
    }
}
