import Sysexits
import WarehouseConnections

/// The options that a warehouse type's fields make: `--account-identifier <value>`, and for a sensitive field
/// `--password-file <path>`, because others can read a command line.
struct FieldArguments {
    /// Texts of public fields by name.
    private(set) var given: [String: String] = [:]
    /// Files of sensitive fields by name.
    private(set) var files: [String: String] = [:]

    var isEmpty: Bool { given.isEmpty && files.isEmpty }

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
                guard let next = rest.popFirst() else { throw ProgramFailure(.usage, "\(option): needs a value") }
                value = next
            }
            guard given[target.name] == nil, files[target.name] == nil else {
                throw ProgramFailure(.usage, "\(option): given twice")
            }
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
    static var help: String {
        WarehouseType.all.map { type in
            let lines = type.fields.map { field in
                let value = field.isSensitive ? "<path>" : "<value>"
                let condition = field.defaultValue.map { "default: \($0)" } ?? "required"
                let help =
                    field.isSensitive ? "\(field.help) In a file; - for standard input; else asked for." : field.help
                return "  \(field.option) \(value)  \(help) (\(condition))"
            }
            return "For --type \(type.name):\n" + lines.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

extension WarehouseType.Field {
    /// The option of the command line that gives it.
    var option: String { "--\(name.kebabCase)" + (isSensitive ? "-file" : "") }
}

extension String {
    fileprivate var kebabCase: String { replacing("_", with: "-") }
}
