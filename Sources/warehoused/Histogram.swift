/// Durations counted by upper bounds.
struct Histogram {
    /// In seconds, as labels. A look-up takes some 60 µs; nginx gives up after 5 s.
    static let bounds = ["0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.1", "0.5", "5"]
    private static let limits: [Duration] = bounds.map { .seconds(Double($0) ?? .infinity) }

    /// Observations of each bound's own range, then those beyond all bounds.
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = Duration.zero

    mutating func observe(_ duration: Duration) {
        counts[Self.limits.firstIndex { duration <= $0 } ?? Self.limits.count] += 1
        sum += duration
    }

    static func + (one: Histogram, other: Histogram) -> Histogram {
        var sum = one
        for (index, count) in other.counts.enumerated() { sum.counts[index] += count }
        sum.sum += other.sum
        return sum
    }
}
