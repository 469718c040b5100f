import HTTPTypes
import WarehouseAPI
import WarehouseConnections

/// What the requests so far add up to.
struct RequestCounts {
    private struct Labels: Hashable, Comparable {
        let route: RequestEvent.Route
        let method: RequestEvent.Method
        let status: Int

        static func < (one: Labels, other: Labels) -> Bool {
            (one.route.rawValue, one.method.rawValue, one.status)
                < (other.route.rawValue, other.method.rawValue, other.status)
        }
    }

    private var requests: [Labels: Int] = [:]
    private var durations: [RequestEvent.Route: Histogram] = [:]
    private var keyFailures: [KeyFailure: Int] = [:]
    private var storeReads = (count: 0, duration: Duration.zero)
    private var storeErrors: [String: Int] = [:]

    /// Every series that alerts look at begins at zero: the first increase of one that appears late would be lost.
    init() {
        for route in [RequestEvent.Route.connectionList, .connection, .liveness, .readiness] {
            for status in [200, 503] { requests[Labels(route: route, method: .get, status: status)] = 0 }
            durations[route] = Histogram()
        }
        durations[RequestEvent.Route.none] = Histogram()
        for failure in KeyFailure.allCases { keyFailures[failure] = 0 }
        for cause in StoreError.causes { storeErrors[cause] = 0 }
    }

    mutating func add(_ event: RequestEvent) {
        let labels = Labels(route: event.route, method: event.method, status: event.status.code)
        requests[labels, default: 0] += 1
        durations[event.route, default: Histogram()].observe(event.duration)
        if let failure = event.keyFailure { keyFailures[failure, default: 0] += 1 }
        storeReads.count += event.storeReads.count
        storeReads.duration += event.storeReads.duration
        if case .failure(let error) = event.storeOutcome { storeErrors[error.cause, default: 0] += 1 }
    }

    mutating func add(_ other: RequestCounts) {
        requests.merge(other.requests, uniquingKeysWith: +)
        durations.merge(other.durations) { $0 + $1 }
        keyFailures.merge(other.keyFailures, uniquingKeysWith: +)
        storeReads.count += other.storeReads.count
        storeReads.duration += other.storeReads.duration
        storeErrors.merge(other.storeErrors, uniquingKeysWith: +)
    }

    func write(to text: inout PrometheusText) {
        text.family("warehoused_requests_total", .counter, "Requests answered.") { family in
            for (labels, count) in requests.sorted(by: { $0.key < $1.key }) {
                let names = [("route", labels.route.rawValue), ("method", labels.method.rawValue)]
                family.sample(names + [("status", "\(labels.status)")], count)
            }
        }
        let help = "Time from a request's parameters to its answer."
        text.family("warehoused_request_duration_seconds", .histogram, help) { family in
            for (route, histogram) in durations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                family.histogram([("route", route.rawValue)], histogram)
            }
        }
        text.family("warehoused_key_failures_total", .counter, "Credentials refused.") { family in
            for failure in KeyFailure.allCases {
                family.sample([("reason", failure.rawValue)], keyFailures[failure, default: 0])
            }
        }
        text.sample("warehoused_store_reads_total", .counter, "Look-ups in the store.", storeReads.count)
        text.sample(
            "warehoused_store_read_seconds_total",
            .counter,
            "Time that look-ups took.",
            storeReads.duration / .seconds(1)
        )
        text.family("warehoused_store_errors_total", .counter, "Requests for which the store failed.") { family in
            for (cause, count) in storeErrors.sorted(by: { $0.key < $1.key }) {
                family.sample([("cause", cause)], count)
            }
        }
    }
}

extension StoreError {
    /// What a reader can meet.
    fileprivate static let causes = ["damaged", "foreign", "locked", "missing", "too_new", "unavailable"]

    /// One word for the kind of error.
    fileprivate var cause: String {
        switch self {
        case .damaged: "damaged"
        case .foreign: "foreign"
        case .locked: "locked"
        case .missing: "missing"
        case .tooNew: "too_new"
        case .unavailable, .unreadable, .needsMigration, .cannotCreate, .cannotWrite, .idTaken, .missingBackup,
            .badBackup:
            "unavailable"
        }
    }
}
