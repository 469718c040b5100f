import SecretStore
import Sysexits
import WarehouseConnections
import Warehouses

/// The secrets that a command is about to seal, and what a set-up script may carry of them.
struct GivenSecrets {
    private(set) var named: [(name: SecretName, secret: Secret)] = []
    /// Of the password that was made here; nil if none was.
    private(set) var verifier: PasswordVerifier?

    var names: [String] { named.map(\.name.rawValue) }

    mutating func add(_ secret: Secret, as name: SecretName) { named.append((name, secret)) }

    /// - Parameter file: a path, `-` for standard input, or nil to ask for it.
    mutating func read(_ field: WarehouseType.Field, from file: String?) throws {
        add(try SensitiveField.read(field, from: file), as: try field.secretName())
    }

    /// Makes a value for `field` that nobody has typed.
    ///
    /// - Throws: ``ProgramFailure`` if the set-up script could not give it to the warehouse's user.
    mutating func make(_ field: WarehouseType.Field, for configuration: WarehouseConfiguration) throws(ProgramFailure) {
        guard try field.secretName() == .password else {
            throw ProgramFailure(.usage, "\(field.option): is missing: give a path, or -")
        }
        guard configuration["username"] != "default" else {
            throw ProgramFailure(
                .usage,
                "--username default: its password comes from a file of the server: give \(field.option), or another user"
            )
        }
        let made = MadePassword()
        verifier = made.verifier
        add(made.withText { Secret(taking: &$0) }, as: .madePassword)
    }
}
