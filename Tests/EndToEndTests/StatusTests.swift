import Foundation
import TestSupport
import Testing

/// What nginx shows on loopback of what each instance says of itself.
@Suite(.timeLimit(.minutes(2)))
struct StatusTests {
    @Test
    func showsEachInstanceOnLoopbackAlone() async throws {
        try await Site.with { site in
            let metrics = try await site.askStatus("/1/metrics")
            #expect(metrics.status == 200)
            #expect(metrics["Content-Type"] == ["text/plain; version=0.0.4; charset=utf-8"])
            #expect(metrics["Strict-Transport-Security"].isEmpty)
            for check in ["liveness", "readiness"] {
                let health = try await site.askStatus("/1/health/\(check)/")
                #expect(health.status == 200)
                #expect(health.body == #"{"status":"ok"}"#)
            }
            for target in ["/metrics", "/1/metrics"] {
                let answer = try await site.expect(404, target)
                #expect(answer.body == HTTPAnswer.notFound)
            }
        }
    }

    @Test
    func letsNoPageOfABrowserRead() async throws {
        try await Site.with { site in
            for host in ["evil.example", "evil.example:\(site.statusPort)", "127.0.0.1.evil.example", "192.0.2.7"] {
                let refused = try await site.askStatus("/1/metrics", ["--header", "Host: \(host)"])
                #expect(refused.status == 404, "\(host)")
                #expect(refused.body == HTTPAnswer.notFound)
            }
            for host in ["localhost", "localhost:\(site.statusPort)", "127.0.0.1"] {
                let answer = try await site.askStatus("/1/metrics", ["--header", "Host: \(host)"])
                #expect(answer.status == 200, "\(host)")
            }
            for target in ["/1/metrics", "/2/metrics", "/"] {
                let answer = try await site.askStatus(target, ["--header", "Origin: https://evil.example"])
                #expect(answer["Access-Control-Allow-Origin"].isEmpty, "\(target)")
                #expect(answer["X-Content-Type-Options"] == ["nosniff"])
            }
        }
    }

    @Test
    func refusesInJSON() async throws {
        try await Site.with { site in
            let long = String(repeating: "a", count: 33)
            let refusals: [(Int, String, [String])] = [
                (400, HTTPAnswer.refusal("Bad request."), ["/%zz"]),
                (400, HTTPAnswer.refusal("Bad request."), ["/../1/metrics"]),
                (400, HTTPAnswer.refusal("Bad request."), ["/%2e%2e%2fsocket/metrics"]),
                (404, HTTPAnswer.notFound, ["/"]),
                (404, HTTPAnswer.notFound, ["/metrics"]),
                (404, HTTPAnswer.notFound, ["/1/health/liveness"]),
                (404, HTTPAnswer.notFound, ["/1" + Workplace.list(1)]),
                (404, HTTPAnswer.notFound, ["/A/metrics"]),
                (404, HTTPAnswer.notFound, ["/\(long)/metrics"]),
                (405, HTTPAnswer.refusal("Method \"TRACE\" not allowed."), ["/1/metrics", "--request", "TRACE"]),
                (503, HTTPAnswer.unavailable, ["/2/metrics"]),
                (503, HTTPAnswer.unavailable, ["/2/health/readiness/"]),
            ]
            for (status, body, request) in refusals {
                let answer = try await site.askStatus(request[0], Array(request.dropFirst()))
                #expect(answer.status == status, "\(request)")
                #expect(answer.body == body, "\(request)")
                #expect(answer["Content-Type"] == ["application/json"])
                #expect(answer["Strict-Transport-Security"].isEmpty)
            }
        }
    }

    @Test
    func tellsAnUnreadableStoreFromADeadInstance() async throws {
        try await Site.with { site in
            try FileManager.default.moveItem(atPath: site.workplace.store, toPath: site.workplace.directory("away"))
            #expect(try await site.askStatus("/1/health/readiness/").status == 503)
            #expect(try await site.askStatus("/1/health/liveness/").status == 200)
            let unreadable = try await eventually {
                let families = try await MetricFamily.parse(site.askStatus("/1/metrics").body)
                return families["warehoused_store_readable"]?.samples.first?.value == 0 ? true : nil
            }
            #expect(unreadable)
        }
    }

    @Test
    func writesWhatPrometheusReads() async throws {
        try await Site.with { site in
            for _ in 1...3 { try await site.expect(200, Workplace.list(1), key: 1) }
            for _ in 1...2 { try await site.expect(401, Workplace.list(1)) }
            try await site.expect(404, Workplace.list(1) + "wc_0/", key: 1)
            // A request may be counted a moment after its answer.
            let families = try await eventually {
                let families = try await MetricFamily.parse(site.askStatus("/1/metrics").body)
                let counted = families["warehoused_request_duration_seconds"]?.samples.filter {
                    $0.name.hasSuffix("_count") && $0.labels["route"]?.hasPrefix("connection") == true
                }
                return counted?.reduce(0) { $0 + $1.value } == 6 ? families : nil
            }
            for (name, type) in Self.types { #expect(families[name]?.type == type, "\(name)") }

            let requests = try #require(families["warehoused_requests"])
            #expect(requests.sum(["route": "connection_list", "method": "GET", "status": "200"]) == 3)
            #expect(requests.sum(["route": "connection_list", "method": "GET", "status": "401"]) == 2)
            #expect(requests.sum(["route": "connection", "method": "GET", "status": "404"]) == 1)
            #expect(families["warehoused_key_failures"]?.sum(["reason": "missing"]) == 2)
            #expect(families["warehoused_store_readable"]?.sum([:]) == 1)

            let durations = try #require(families["warehoused_request_duration_seconds"])
            let routes = Set(durations.samples.compactMap { $0.labels["route"] })
            #expect(routes.isSuperset(of: ["connection_list", "connection", "liveness"]))
            for route in routes {
                let samples = durations.samples.filter { $0.labels["route"] == route }
                let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
                let bounds = buckets.compactMap { $0.labels["le"].flatMap(Double.init) }
                #expect(bounds.count == buckets.count)
                #expect(bounds == bounds.sorted() && bounds.last == .infinity, "\(route): \(bounds)")
                let counts = buckets.map(\.value)
                #expect(counts == counts.sorted(), "\(route): \(counts)")
                let count = try #require(samples.first { $0.name.hasSuffix("_count") }?.value)
                #expect(count == counts.last, "\(route)")
                #expect(count == requests.sum(["route": route]), "\(route)")
                #expect(samples.contains { $0.name.hasSuffix("_sum") && $0.value >= 0 })
            }
        }
    }

    /// The type of each family; the parser's names of counters lack their `_total`.
    private static let types = [
        "warehoused_build_info": "gauge",
        "warehoused_requests": "counter",
        "warehoused_request_duration_seconds": "histogram",
        "warehoused_workers": "gauge",
        "warehoused_kept_connections": "gauge",
        "warehoused_store_reads": "counter",
        "warehoused_store_read_seconds": "counter",
        "warehoused_store_errors": "counter",
        "warehoused_key_failures": "counter",
        "warehoused_store_readable": "gauge",
        "warehoused_store_schema_version": "gauge",
        "warehoused_store_checked_timestamp_seconds": "gauge",
        "warehoused_store_check_duration_seconds": "gauge",
        "process_cpu_seconds": "counter",
        "process_resident_memory_bytes": "gauge",
        "process_virtual_memory_bytes": "gauge",
        "process_open_fds": "gauge",
        "process_max_fds": "gauge",
        "process_start_time_seconds": "gauge",
        "process_threads": "gauge",
    ]
}

/// A metric as Prometheus's own client library for Python reads it.
private struct MetricFamily: Decodable {
    struct Sample: Decodable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    let name: String
    let type: String
    let samples: [Sample]

    /// The sum of the samples that have these labels.
    func sum(_ labels: [String: String]) -> Double {
        samples.filter { sample in labels.allSatisfy { sample.labels[$0] == $1 } }.reduce(0) { $0 + $1.value }
    }

    /// The families in a scrape's text, by name. Fails where a name is there twice.
    static func parse(_ text: String) async throws -> [String: MetricFamily] {
        let script = """
            import json, sys
            from prometheus_client.parser import text_string_to_metric_families
            print(json.dumps([
                {"name": family.name, "type": family.type, "samples": [
                    {"name": sample.name, "labels": sample.labels, "value": sample.value} for sample in family.samples
                ]}
                for family in text_string_to_metric_families(sys.stdin.read())
            ], allow_nan=False))
            """
        // Debian's own, which has Debian's package: another may come before it in PATH.
        let parsed = try await Program.run("/usr/bin/python3", ["-c", script], input: text)
        guard parsed.exitCode == 0 else { throw Site.Failure(reason: "\(parsed.error): \(text)") }
        let families = try JSONDecoder().decode([MetricFamily].self, from: Data(parsed.output.utf8))
        return try Dictionary(families.map { ($0.name, $0) }) { family, _ in
            throw Site.Failure(reason: "\(family.name): twice in \(text)")
        }
    }
}
