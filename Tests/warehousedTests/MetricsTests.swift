import HTTPTypes
import TestSupport
import Testing
import WarehouseAPI
import WarehouseConnections

@testable import warehoused

struct MetricsTests {
    @Test(
        arguments: [
            (.zero, 0), (.microseconds(100), 0), (.microseconds(101), 1), (.milliseconds(5), 5), (.seconds(5), 10),
            (.seconds(6), 11),
        ] as [(Duration, Int)]
    )
    func countsADurationByItsUpperBound(_ duration: Duration, _ index: Int) {
        var histogram = Histogram()
        histogram.observe(duration)
        #expect(histogram.counts.firstIndex(of: 1) == index)
        #expect(histogram.counts.reduce(0, +) == 1)
        #expect(histogram.sum == duration)
    }

    @Test
    func boundsAreInOrder() {
        let bounds = Histogram.bounds.compactMap { Double($0) }
        #expect(bounds.count == Histogram.bounds.count)
        #expect(bounds == bounds.sorted())
    }

    @Test
    func writesTheTextFormat() {
        var histogram = Histogram()
        histogram.observe(.microseconds(200))
        histogram.observe(.seconds(10))
        var text = PrometheusText()
        text.sample("up", .gauge, "Whether it runs.", 1)
        text.family("hits_total", .counter, "Hits.") { family in
            family.sample([("route", "list"), ("status", "200")], 3)
        }
        text.family("seconds", .histogram, "Time.") { $0.histogram([("route", "list")], histogram) }
        let lines = text.text.split(separator: "\n").map(String.init)
        #expect(
            lines.prefix(7) == [
                "# HELP up Whether it runs.", "# TYPE up gauge", "up 1",
                "# HELP hits_total Hits.", "# TYPE hits_total counter", #"hits_total{route="list",status="200"} 3"#,
                "# HELP seconds Time.",
            ]
        )
        #expect(lines[8] == #"seconds_bucket{route="list",le="0.0001"} 0"#)
        #expect(lines[9] == #"seconds_bucket{route="list",le="0.00025"} 1"#)
        #expect(
            lines.suffix(3) == [
                #"seconds_bucket{route="list",le="+Inf"} 2"#, #"seconds_sum{route="list"} 10.0002"#,
                #"seconds_count{route="list"} 2"#,
            ]
        )
    }

    @Test
    func countsWhatRequestsTell() throws {
        let reader = InMemoryStore()
        let responder = Responder(reader: reader, authoriser: .keys)
        var counts = RequestCounts()
        func ask(_ target: String) {
            let parameters = ["FCGI_ROLE": "RESPONDER", "REQUEST_METHOD": "GET", "REQUEST_URI": target]
            counts.add(responder.respond(to: APIRequest { parameters["\($0)"] }).2)
        }
        ask("/health/readiness/")
        ask("/no/such/route")
        ask("/api/v1/organisations/1/integrations/warehouse-connections/")
        reader.error = .missing(store: "/store")
        ask("/health/readiness/")
        var text = PrometheusText()
        counts.write(to: &text)
        for line in [
            #"warehoused_requests_total{route="readiness",method="GET",status="200"} 1"#,
            #"warehoused_requests_total{route="readiness",method="GET",status="503"} 1"#,
            #"warehoused_requests_total{route="none",method="GET",status="404"} 1"#,
            #"warehoused_requests_total{route="connection",method="GET",status="503"} 0"#,
            #"warehoused_request_duration_seconds_count{route="readiness"} 2"#,
            #"warehoused_key_failures_total{reason="missing"} 1"#, "warehoused_store_reads_total 2",
            #"warehoused_store_errors_total{cause="missing"} 1"#, #"warehoused_store_errors_total{cause="damaged"} 0"#,
        ] {
            #expect(text.text.contains(line + "\n"), "\(line)")
        }
    }

    @Test
    func namesEveryCauseThatAStoreMayHave() {
        var counts = RequestCounts()
        var before = PrometheusText()
        counts.write(to: &before)
        let reader = InMemoryStore()
        let responder = Responder(reader: reader, authoriser: .gateway)
        for error in StoreError.examples {
            reader.error = error
            let parameters = ["FCGI_ROLE": "RESPONDER", "REQUEST_METHOD": "GET", "REQUEST_URI": "/health/readiness/"]
            counts.add(responder.respond(to: APIRequest { parameters["\($0)"] }).2)
        }
        var after = PrometheusText()
        counts.write(to: &after)
        #expect(before.text.split(separator: "\n").count == after.text.split(separator: "\n").count)
    }
}
