import HTTPTypes
import Logging
import Synchronization
import WarehouseAPI
import WarehouseConnections

/// Writes what requests tell: a line for each at `info`, and one when the store fails or works again.
final class RequestLog: Sendable {
    private let logger: Logger
    private let storeFailure = Mutex<StoreError?>(nil)

    init(_ logger: Logger) {
        self.logger = logger
    }

    func record(_ event: RequestEvent) {
        if let outcome = event.storeOutcome { recordStore(outcome) }
        guard logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "http.route": "\(event.route.rawValue)",
            "http.response.status_code": "\(event.status.code)",
            "duration_us": "\(Int(event.duration / .microseconds(1)))",
        ]
        metadata["organisation"] = event.organisation.map { "\($0)" }
        metadata["request.id"] = event.requestID.map { "\($0)" }
        metadata["client.address"] = event.remoteAddress.map { "\($0)" }
        logger.info("request", metadata: metadata)
    }

    /// Several workers see the same failure: it is said when it begins, changes and ends.
    private func recordStore(_ outcome: Result<Void, StoreError>) {
        let failure: StoreError? =
            switch outcome {
            case .success: nil
            case .failure(let failure): failure
            }
        let hasChanged = storeFailure.withLock { known in
            defer { known = failure }
            return known != failure
        }
        guard hasChanged else { return }
        if let failure {
            logger.error("store unavailable", metadata: ["cause": "\(failure)"])
        } else {
            logger.notice("store readable again")
        }
    }
}
