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
        return names.compactMap(\.self).first(where: Self.isPlain) ?? "unknown"
    }

    func validate() throws {
        guard option.map(Self.isPlain) ?? true else {
            throw ValidationError(
                "--actor: expected 1 to 100 characters that neither break the line nor steer the text"
            )
        }
    }

    private static func isPlain(_ name: String) -> Bool {
        (1...100).contains(name.count)
            && name.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }
}
