import Foundation

/// How much of the fault suite this run is to do: `LONG=yes` in the environment asks for all of it.
enum Extent {
    static let isLong = ProcessInfo.processInfo.environment["LONG"] == "yes"

    static func count(quick: Int, long: Int) -> Int { isLong ? long : quick }
}
