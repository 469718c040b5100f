import Dispatch
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
        show("\r\(count) \(unit)")
    }

    /// Removes the count, so that the result stands alone.
    func finish() {
        if hasShown { show(cleared) }
    }
}

/// Runs `body`, which does not say how far it is, and counts the seconds on the terminal if there are more than one.
func countingSeconds<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard isatty(STDERR_FILENO) == 1 else { return try body() }
    let start = ContinuousClock.now
    let queue = DispatchQueue(label: "seconds")
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.setEventHandler { show("\r\((ContinuousClock.now - start).components.seconds) s") }
    timer.schedule(deadline: .now() + .seconds(1), repeating: .seconds(1))
    timer.activate()
    defer {
        queue.sync { timer.cancel() }
        if ContinuousClock.now - start >= .seconds(1) { show(cleared) }
    }
    return try body()
}

private let cleared = "\r\u{1B}[K"

private func show(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
