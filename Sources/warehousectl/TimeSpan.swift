import ArgumentParser

/// A time such as `365d`.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    let seconds: Int
    let description: String

    static let minute = TimeSpan(seconds: 60, description: "60s")
    static let year = TimeSpan(seconds: 365 * 86400, description: "365d")

    private init(seconds: Int, description: String) {
        self.seconds = seconds
        self.description = description
    }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = UInt32(argument.dropLast()), number > 0,
            argument.first != "+"
        else { return nil }
        self.init(seconds: Int(number) * unit, description: argument)
    }
}
