import ArgumentParser
import Foundation
import SecretStore
import Sysexits

/// Which secret store a command works on.
struct SecretsOptions: ParsableArguments {
    @Option(
        name: .customLong("secrets"),
        help: "The store of secrets, else WAREHOUSE_SECRETS. (default: \(SecretStore.defaultPath))"
    )
    var option: String?

    /// The secret store's path.
    ///
    /// - Throws: ``ProgramFailure``: 64 for a wrong option, 78 for a wrong variable.
    func path() throws(ProgramFailure) -> String {
        let variable = try environmentVariable("WAREHOUSE_SECRETS")
        let path = option ?? variable ?? SecretStore.defaultPath
        guard !path.isEmpty else {
            let (exit, source) = option != nil ? (Sysexit.usage, "--secrets") : (.configuration, "WAREHOUSE_SECRETS")
            throw ProgramFailure(exit, "\(source): expected the path of a secret store")
        }
        return path
    }

    func open() throws -> SecretStore {
        let path = try path()
        return try failingWithSecretStoreErrors { try SecretStore(path: path) }
    }

    /// The store; nil if nobody named one and there is none: what was only imported has no secrets.
    func openIfThere() throws -> SecretStore? {
        let path = try path()
        guard path == SecretStore.defaultPath else { return try open() }
        return try failingWithSecretStoreErrors {
            do throws(SecretStoreError) {
                return try SecretStore(path: path)
            } catch .missing {
                return nil
            }
        }
    }
}

extension ProgramFailure {
    init(_ error: SecretStoreError) {
        let exit: Sysexit =
            switch error {
            case .missing, .unfinished, .missingFile, .unreadable: .noInput
            case .foreign, .tooLong, .notASealingKey, .wrongKey, .doesNotOpen, .exists, .tooLongSecret: .dataError
            case .tooNew, .unavailable, .damaged: .unavailable
            case .locked: .temporaryFailure
            case .alreadyInitialised, .cannotCreate: .cannotCreate
            }
        self.init(exit, "\(error)")
    }
}

/// Runs `body`; an error of the secret store ends the program with its line and exit code.
func failingWithSecretStoreErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as SecretStoreError {
        throw ProgramFailure(error)
    }
}
