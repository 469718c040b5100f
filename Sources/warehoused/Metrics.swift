import FastCGI
import Foundation
import SQLiteStore
import Synchronization
import WarehouseAPI
import WarehouseConnections

/// What one worker's requests add up to. Each has its own, so that none waits for another.
final class WorkerMetrics: Sendable {
    private let current = Mutex(RequestCounts())

    func record(_ event: RequestEvent) {
        current.withLock { $0.add(event) }
    }

    var counts: RequestCounts { current.withLock { $0 } }
}

/// All that `/metrics` shows of one process.
final class Metrics: Sendable {
    private let workers = Mutex<[WorkerMetrics]>([])
    private let process = ProcessFigures()

    /// Metrics for one more worker.
    func makeWorker() -> WorkerMetrics {
        let worker = WorkerMetrics()
        workers.withLock { $0.append(worker) }
        return worker
    }

    /// - Parameters:
    ///   - server: whose workers and connections are shown.
    ///   - schemaVersion: that of the store; nil if it can't be read.
    ///   - inspection: the last one of the store's file.
    func text(_ server: Server, schemaVersion: Int?, inspection: StoreInspector.Report?) -> String {
        var text = PrometheusText()
        text.family("warehoused_build_info", .gauge, "The version that runs.") {
            $0.sample([("version", Release.version)], 1)
        }
        workers.withLock { $0 }.reduce(into: RequestCounts()) { $0.add($1.counts) }.write(to: &text)
        let busy = server.busyWorkers
        text.family("warehoused_workers", .gauge, "Threads that answer requests.") { family in
            family.sample([("state", "busy")], busy)
            family.sample([("state", "idle")], server.threads - busy)
        }
        let kept = "Open connections of the web server in no worker's hand."
        text.sample("warehoused_kept_connections", .gauge, kept, server.idleConnections)
        text.sample(
            "warehoused_store_readable",
            .gauge,
            "Whether the store can be read.",
            schemaVersion == nil ? 0 : 1
        )
        text.sample(
            "warehoused_store_schema_version",
            .gauge,
            "The version of the store's schema; 0 if it can't be read.",
            schemaVersion ?? 0
        )
        text.sample(
            "warehoused_store_checked_timestamp_seconds",
            .gauge,
            "When the store's file was last checked, since 1970; 0 if never.",
            inspection?.time.timeIntervalSince1970 ?? 0
        )
        text.sample(
            "warehoused_store_check_duration_seconds",
            .gauge,
            "How long that took.",
            (inspection?.duration ?? .zero) / .seconds(1)
        )
        process.write(to: &text)
        return text.text
    }
}
