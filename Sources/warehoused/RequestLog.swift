import HTTPTypes
import Logging
import Synchronization
import WarehouseAPI
import WarehouseConnections

/// Writes what requests tell: a line for each at `info`, and one when the store fails or works again.
final class RequestLog: Sendable {
    private let logger: Logger
    private let known = Mutex(Known())
    /// Whether there is one, so that as long as all is well no worker waits for another.
    private let hasFailure = Atomic(false)

    init(_ logger: Logger) {
        self.logger = logger
    }

    func record(_ event: RequestEvent) {
        if let outcome = event.storeOutcome { recordStore(outcome, since: event.start) }
        guard logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "http.route": "\(event.route.rawValue)",
            "http.request.method": "\(event.method.rawValue)",
            "http.response.status_code": "\(event.status.code)",
            "duration_us": "\(Int(event.duration / .microseconds(1)))",
        ]
        metadata["organisation"] = event.organisation.map { "\($0)" }
        metadata["key.id"] = event.keyID.map { "\($0)" }
        metadata["key.failure"] = event.keyFailure.map { "\($0.rawValue)" }
        metadata["request.id"] = event.requestID.map { "\($0)" }
        metadata["client.address"] = event.remoteAddress.map { "\($0)" }
        logger.info("request", metadata: metadata)
    }

    /// Records how the store was. Several workers see the same failure: it is said when it begins and when it ends, and
    /// when its cause changes at most every 10 s. It ends with a look that began after it was met last; damage to some
    /// rows with a look at the whole file, or at any row when nobody has met it for 10 s.
    ///
    /// - Parameter start: when the look at the store began.
    func recordStore(
        _ outcome: Result<Void, StoreError>,
        since start: ContinuousClock.Instant,
        isOfWholeFile: Bool = false
    ) {
        switch outcome {
        case .success where !isOfWholeFile && !hasFailure.load(ordering: .acquiring):
            break
        case .failure(let failure):
            let isNews = known.withLock { known in
                // A look that began before the store was sound again may end after it.
                guard start >= known.soundSince else { return false }
                let isNews = known.failure.map { $0.error != failure && $0.said + Self.pause < .now } ?? true
                known.failure = Known.Failure(
                    error: failure,
                    said: isNews ? .now : known.failure?.said ?? .now,
                    seen: .now
                )
                hasFailure.store(true, ordering: .releasing)
                return isNews
            }
            if isNews { logger.error("store unavailable", metadata: ["cause": "\(failure)"]) }
        case .success:
            let isNews = known.withLock { known in
                guard let failure = known.failure else { return false }
                var end = failure.seen
                if case .damaged = failure.error, !isOfWholeFile { end += Self.pause }
                guard start > end else { return false }
                known = Known(failure: nil, soundSince: isOfWholeFile ? .now : start)
                hasFailure.store(false, ordering: .releasing)
                return true
            }
            if isNews { logger.notice("store readable again") }
        }
    }

    /// Whether the store could not be used when it was looked at last, for another reason than what is in it.
    var knowsFailureOfAccess: Bool {
        known.withLock { known in
            switch known.failure?.error {
            case nil, .damaged: false
            default: true
            }
        }
    }

    private static let pause = Duration.seconds(10)

    private struct Known {
        struct Failure {
            let error: StoreError
            let said: ContinuousClock.Instant
            let seen: ContinuousClock.Instant
        }

        var failure: Failure?
        var soundSince = ContinuousClock.now
    }
}
