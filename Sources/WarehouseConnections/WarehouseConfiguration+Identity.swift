extension WarehouseConfiguration {
    /// The user and the warehouse of a sign-in, normalised so that two spellings are equal. A user can have the key or
    /// password of one connection only.
    ///
    /// An account of Snowflake that one connection names by organisation and the other by locator is not recognised.
    public struct UserIdentity: Hashable, Sendable {
        fileprivate let type: String
        fileprivate let spellings: [String]
    }

    /// Nil if no field of the type says it.
    public var userIdentity: UserIdentity? {
        let spellings = zip(type.publicFields, values).filter(\.0.identifiesUser).map { field, value in
            switch (field.kind, value) {
            case (.text(let rule), .text(let text)): rule.signInSpelling(text)
            default: "\(value)"
            }
        }
        return spellings.isEmpty ? nil : UserIdentity(type: type.name, spellings: spellings)
    }
}
