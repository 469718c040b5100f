import SecretStore
import Sysexits
import WarehouseConnections

/// The options that a warehouse type's fields make: `--account-identifier <value>`, and for a sensitive field
/// `--password-file <path>`, because others can read a command line.
struct FieldArguments {
    /// Texts of public fields by name.
    private(set) var given: [String: String] = [:]
    /// Files of sensitive fields by name.
    private(set) var files: [String: String] = [:]

    /// - Throws: ``ProgramFailure`` 64 for what is no option of `type`, is given twice, or lacks its value.
    init(_ words: [String], of type: WarehouseType) throws(ProgramFailure) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else { throw ProgramFailure(.usage, "\(word): not understood: see --help") }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = String(parts[0])
            let target = try Self.target(of: option, type)
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else {
                guard let next = rest.popFirst(), !next.hasPrefix("--") else {
                    throw ProgramFailure(.usage, "\(option): needs a value; one that begins with -- as \(option)=--…")
                }
                value = next
            }
            guard given[target.name] == nil, files[target.name] == nil else {
                throw ProgramFailure(.usage, "\(option): given twice")
            }
            guard !target.isSensitive || !value.isEmpty else { throw ProgramFailure(.usage, "\(option): needs a path") }
            if target.isSensitive { files[target.name] = value } else { given[target.name] = value }
        }
    }

    private static func target(
        of option: String,
        _ type: WarehouseType
    ) throws(ProgramFailure) -> WarehouseType.Field {
        for field in type.fields {
            if option == field.option { return field }
            if field.isSensitive, option == "--\(field.name.kebabCase)" {
                throw ProgramFailure(.usage, "\(option): others can read a command line: give \(field.option)")
            }
        }
        throw ProgramFailure(.usage, "\(option): no option for \(type.name): see --help")
    }

    /// A paragraph for each type, for a command's help.
    static func help(creating: Bool) -> String {
        WarehouseType.all.map { type in
            let lines = type.fields.filter { creating || !$0.isFixed }.map { $0.help(creating: creating) }
            let notes = type.fields.contains(where: \.isIdentifier) ? [identifierHelp] : []
            return "For --type \(type.name):\n" + (lines + notes).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private static let identifierHelp = """
        As in SQL, a plain name is stored in capital letters. To keep a name as it is, such as the small letters that show \
        prints, give it in double quotes: --database '"analytics_db"'.
        """
}

extension WarehouseType.Field {
    /// What a sensitive field's value is called in the secret store.
    func secretName() throws(ProgramFailure) -> SecretName {
        guard let secretName = SecretName(name) else {
            throw ProgramFailure(.dataError, "\(name): no name of a secret: this type cannot be used")
        }
        return secretName
    }

    /// A line for the help of a command.
    fileprivate func help(creating: Bool) -> String {
        guard !isSensitive else {
            let otherwise =
                creating
                ? "left out, it is made here." : "left out, it stays, or is made anew if it was made here."
            return "  \(option) <path>  \(help) In a file; - for standard input or to type it; \(otherwise)"
        }
        let condition = defaultValue.map { " (default: \($0))" } ?? " (required)"
        return "  \(option) <value>  \(help)" + (creating ? condition : "")
    }

    fileprivate var isIdentifier: Bool {
        if case .text(.identifier) = kind { true } else { false }
    }

    /// The option of the command line that gives it.
    var option: String { "--\(name.kebabCase)" + (isSensitive ? "-file" : "") }
}

extension String {
    fileprivate var kebabCase: String { replacing("_", with: "-") }
}
