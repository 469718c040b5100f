import ArgumentParser
import Foundation

/// Who makes a change.
struct ActorOptions: ParsableArguments {
    @Option(
        name: .customLong("actor"),
        help: ArgumentHelp("Who does this, for the audit. (default: the system's user, or sudo's)", valueName: "name")
    )
    var option: String?

    var name: String {
        let names = [option, ProcessInfo.processInfo.environment["SUDO_USER"], NSUserName()]
        return names.compactMap(\.self).first { !$0.isEmpty } ?? "unknown"
    }

    func validate() throws {
        guard let option else { return }
        let isPlain =
            !option.isEmpty && option.count <= 100
            && option.unicodeScalars.allSatisfy { scalar in
                scalar.properties.generalCategory != .control
            }
        guard isPlain else { throw ValidationError("--actor: expected 1 to 100 characters, none a control character") }
    }
}
