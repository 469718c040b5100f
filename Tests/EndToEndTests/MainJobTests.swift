import Foundation
import Synchronization
import TestSupport
import Testing

/// From curl through TLS, nginx, FastCGI and SQLite, and the exact bytes back.
@Suite(.timeLimit(.minutes(2)))
struct MainJobTests {
    @Test
    func returnsTheExactBytesOfTheExamples() async throws {
        try await Site.with { site in
            for organisation in 1...3 {
                let answer = try await site.curl(Workplace.list(organisation), key: organisation)
                #expect(try answer.output == Fixture.text("organisation-\(organisation).list.json"))
            }
            let detail = try await site.curl(Workplace.list(1) + "wc_abc123/")
            #expect(try detail.output == Fixture.text("organisation-1.detail.json"))
            #expect(try await site.curl(Workplace.list(4), key: 4).output == "[]")
            let foreign = try await site.curl(
                Workplace.list(2) + "wc_abc123/",
                ["--write-out", " %{http_code}"],
                key: 2
            )
            #expect(foreign.output == #"{"detail":"Not found."} 404"#)
        }
    }

    @Test
    func servesHTTP1AndHTTP2AndRevalidation() async throws {
        try await Site.with { site in
            for version in ["--http1.1", "--http2"] {
                let head = try await site.curl(Workplace.list(1), [version, "--head"]).output.lowercased()
                #expect(head.contains("content-length: 2953\r\n"))
                let tag = try #require(head.firstMatch(of: #/etag: ("[0-9a-f]{32}")\r\n/#)).1
                let again = try await site.curl(
                    Workplace.list(1),
                    [version, "--header", "If-None-Match: \(tag)", "--write-out", "%{http_code}"]
                )
                #expect(again.output == "304")
            }
        }
    }

    @Test
    func answers503WhileNoResponderRuns() async throws {
        let workplace = try await Workplace()
        try await Site.withNginx(workplace) { site in
            let down = try await site.curl(Workplace.list(1), ["--include", "--http1.1"])
            #expect(down.output.hasPrefix("HTTP/1.1 503"))
            #expect(down.output.contains("\r\nRetry-After: 1\r\n"))
            #expect(down.output.hasSuffix(#"{"detail":"Service temporarily unavailable, try again later."}"#))
            for _ in 1...2 {
                let answer = try await workplace.withResponder { _ in
                    try await site.curl(Workplace.list(4), key: 4).output
                }
                #expect(answer.result == "[]")
                #expect(answer.exitCode == 0)
            }
        }
    }

    private static func children(of process: pid_t) throws -> Set<pid_t> {
        let list = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return Set(list.split(separator: " ").compactMap { pid_t($0) })
    }

    @Test
    func hidesADyingResponderBehindASecondTry() async throws {
        let workplace = try await Workplace()
        let responder = [Program.warehoused, "--store", workplace.store]
        let supervised =
            ["-n", "-s", workplace.socket, "--", "/usr/bin/multiwatch", "-f", "2", "-r", "100", "--"] + responder
        _ = try await Program.withRunning("spawn-fcgi", supervised, log: workplace.log) { supervisor in
            _ = try await eventually { try workplace.ask("/health/readiness/") }
            try await Site.withNginx(workplace, edit: Site.withoutLimits) { site in
                let isOver = Atomic(false)
                let batches = Atomic(0)
                defer { isOver.store(true, ordering: .relaxed) }
                let asking = Task {
                    var statuses: [Substring: Int] = [:]
                    while !isOver.load(ordering: .relaxed) {
                        let answers = try await site.curl(
                            Workplace.list(1) + "?[1-20]",
                            ["--output", "/dev/null", "--write-out", "%{http_code}\n"]
                        )
                        for status in answers.output.split(separator: "\n") { statuses[status, default: 0] += 1 }
                        batches.add(1, ordering: .relaxed)
                    }
                    return statuses
                }
                var killed: Set<pid_t> = []
                for _ in 1...5 {
                    // The next one when both are there again.
                    let child = try await eventually {
                        let children = try Self.children(of: supervisor).subtracting(killed)
                        return children.count == 2 ? children.min() : nil
                    }
                    // In the middle of requests, and more of them afterwards.
                    let before = batches.load(ordering: .relaxed)
                    _ = try await eventually { batches.load(ordering: .relaxed) > before ? true : nil }
                    #expect(kill(child, SIGKILL) == 0)
                    _ = try await eventually { batches.load(ordering: .relaxed) > before + 2 ? true : nil }
                    killed.insert(child)
                }
                isOver.store(true, ordering: .relaxed)
                let statuses = try await asking.value
                #expect(statuses.keys.elementsEqual(["200"]), "\(statuses)")
            }
        }
    }
}
