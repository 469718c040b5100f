import Foundation
import Glibc

/// A count on the terminal for whatever takes longer than a second; silent when standard error is no terminal.
struct Progress {
    private let unit: String
    private let step: Int
    private let isShown = isatty(STDERR_FILENO) == 1
    private var next = ContinuousClock.now + .seconds(1)
    private var hasShown = false

    /// - Parameter step: the clock is looked at once for so many.
    init(unit: String, each step: Int = 100) { (self.unit, self.step) = (unit, step) }

    mutating func advance(to count: Int) {
        guard isShown, count.isMultiple(of: step), ContinuousClock.now >= next else { return }
        next = ContinuousClock.now + .milliseconds(200)
        hasShown = true
        try? FileHandle.standardError.write(contentsOf: Data("\r\(count) \(unit)".utf8))
    }

    /// Removes the count, so that the result stands alone.
    func finish() {
        if hasShown { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
    }
}
