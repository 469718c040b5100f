import Foundation
import TestSupport
import Testing

private typealias R = FastCGIRecords

/// Whatever a hostile web server sends: no forged request is executed, nothing incomplete is answered, no process ends, and
/// a good client of the same processes notices nothing.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct HostileStreamTests {
    @Test
    func answersNoForgedAndNoIncompleteRequest() async throws {
        let count = Extent.count(quick: 1_000, long: 10_000)
        try await Supervised.with { supervised in
            let workplace = supervised.site.workplace
            let processes = try await supervised.processes()
            var counts: [Int: Int] = [:]
            let load = try await supervised.underLoad {
                counts = try await Self.send(count, to: workplace)
                #expect(try await supervised.processes() == processes, "a process ended")
                #expect(try await supervised.answeredReadiness() == 0)
                // As it would if libfcgi were to read what is kept from it.
                for (number, process) in processes.enumerated() {
                    kill(process, SIGABRT)
                    let unit = "warehoused@\(number + 1).service"
                    _ = try await eventually { try await supervised.process(of: unit, besides: process) }
                    _ = try await Self.send(count / 20, to: workplace)
                }
            }
            let answers = counts.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
            print(
                "\(count) hostile streams: \(answers) (0: no answer); good client: \(load.requests) requests, "
                    + "\(load.failures) not 200"
            )
            #expect(counts[0, default: 0] > count / 4)
            #expect(counts[200, default: 0] > count / 50)
            #expect(load.requests > 100)
            #expect(load.failures == 0, "\(load.report)")
        }
    }

    /// How often each status came; 0 stands for none.
    private static func send(_ count: Int, to workplace: Workplace) async throws -> [Int: Int] {
        let parameters =
            [("REQUEST_METHOD", "GET"), ("REQUEST_URI", Workplace.list(1))] + workplace.credentials(of: 1)
        return try await withThrowingTaskGroup(of: [Int: Int].self) { group in
            for seed in 1...4 {
                group.addTask {
                    var streams = HostileStreams(seed: UInt64(seed), parameters: parameters)
                    var counts: [Int: Int] = [:]
                    for number in 1...count / 4 {
                        let status = try answer(to: streams.next(), at: workplace.socket, "seed \(seed), \(number)")
                        counts[status, default: 0] += 1
                    }
                    return counts
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
    }

    /// Sends `stream`, reads what comes until the responder closes, and returns the status; 0 for none.
    private static func answer(to stream: [UInt8], at socket: String, _ comment: String) throws -> Int {
        let connection = try FastCGIConnection(socket)
        connection.send(stream)
        let received = try connection.finish()
        guard !received.isEmpty else { return 0 }
        let records = SpecifiedRequest.records(received)
        let output = records.filter { $0.type == R.stdout }.flatMap(\.content)
        // An answer is one request's, of which all parameters are there.
        #expect(records.count { $0.type == R.endRequest } == 1, "\(comment)")
        #expect(records.allSatisfy { $0.type == R.stdout || $0.type == R.endRequest }, "\(comment)")
        guard let request = SpecifiedRequest(stream) else {
            Issue.record("\(comment): an answer to an incomplete request: \(stream)")
            return -1
        }
        let status = Int(String(decoding: output.prefix(11).suffix(3), as: UTF8.self)) ?? -1
        let text = String(decoding: output, as: UTF8.self)
        #expect(!text.contains(#"{"status":"ok"}"#), "\(comment)")
        if status == 200 {
            #expect(request["REQUEST_URI"]?.hasPrefix(Workplace.list(1)) == true, "\(comment)")
            #expect(text.contains(#"[{"id":"wc_abc123""#), "\(comment)")
        }
        return status
    }

    @Test
    func answersOnlyWhatIsARequest() async throws {
        let workplace = try await Workplace()
        let ended = try await workplace.withResponder(["--log-level", "info"]) { _ in
            let request =
                [("REQUEST_METHOD", "GET"), ("REQUEST_URI", Workplace.list(1))] + workplace.credentials(of: 1)
            for stream in NamedStream.all {
                for _ in 1...5 {
                    let status = try Self.answer(to: stream.bytes(request), at: workplace.socket, stream.name)
                    #expect(status == stream.status, "\(stream.name)")
                    #expect(try workplace.ask(Workplace.list(1)).status == 200, "\(stream.name)")
                }
            }
        }
        #expect(ended.exitCode == 0)
        #expect(workplace.loggedRequests(for: "connection_list") >= 5 * NamedStream.all.count)
        #expect(workplace.loggedRequests(for: "readiness") == 0)
        print("\(NamedStream.all.count) hostile streams by name: each answered as it must be, 0 processes ended")
    }
}

extension Supervised {
    /// Those of both instances.
    func processes() async throws -> [pid_t] {
        var processes: [pid_t] = []
        for unit in ["warehoused@1.service", "warehoused@2.service"] { processes.append(try await process(of: unit)) }
        return processes
    }

    /// How often the two have answered, since they run, what only forged requests ask for.
    func answeredReadiness() async throws -> Int {
        var sum = 0
        for instance in 1...2 {
            let metrics = try await site.askStatus("/\(instance)/metrics").body
            let counts = metrics.matches(of: /warehoused_requests_total\{route="readiness",[^}]*\} ([0-9]+)/)
            try #require(!counts.isEmpty, "\(metrics)")
            sum += counts.reduce(0) { $0 + (Int($1.1) ?? 0) }
        }
        return sum
    }
}
