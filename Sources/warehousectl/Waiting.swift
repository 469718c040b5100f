import Dispatch
import Synchronization

/// Runs `body` on threads of its own and waits for it. So the main thread stays the one that commands run on.
func waiting(for body: @escaping @Sendable () async throws -> Void) throws {
    let failure = Failure()
    let done = DispatchSemaphore(value: 0)
    Task {
        do {
            try await body()
        } catch {
            failure.error.withLock { $0 = error }
        }
        done.signal()
    }
    done.wait()
    if let error = failure.error.withLock({ $0 }) { throw error }
}

private final class Failure: Sendable {
    let error = Mutex<(any Error)?>(nil)
}
