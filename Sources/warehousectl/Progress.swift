import Foundation
import Glibc

/// A count on the terminal for whatever takes longer than a second; silent when standard error is no terminal.
struct Progress {
    private let unit: String
    private let isShown = isatty(STDERR_FILENO) == 1
    private var next = ContinuousClock.now + .seconds(1)
    private var hasShown = false

    init(unit: String) { self.unit = unit }

    mutating func advance(to count: Int) {
        guard isShown, count.isMultiple(of: 100), ContinuousClock.now >= next else { return }
        next = ContinuousClock.now + .milliseconds(200)
        hasShown = true
        FileHandle.standardError.write(Data("\r\(count) \(unit)".utf8))
    }

    /// Removes the count, so that the result stands alone.
    func finish() {
        if hasShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
