import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FastCGI

@Suite(.timeLimit(.minutes(1)))
struct ServiceManagerTests {
    @Test
    func isToldOfTheStartTheProgressAndTheStop() throws {
        let manager = try StandInManager()
        let server = try RunningServer()
        DispatchQueue.global().async { [server = server.server] in
            manager.waitFor("WATCHDOG=1")
            server.stop()
        }
        let unfinished = try server.run(drainTimeout: .seconds(5), manager)
        #expect(unfinished == 0)
        let firsts = ["READY=1", "WATCHDOG=1", "STOPPING=1"].map { manager.received.firstIndex(of: $0) }
        #expect(!firsts.contains(nil), "\(manager.received)")
        #expect(firsts[0] ?? 1 < firsts[2] ?? 0)
    }

    @Test
    func hearsNothingWhileAWorkerIsStuck() throws {
        let manager = try StandInManager()
        let gate = DispatchSemaphore(value: 0)
        let server = try RunningServer { if $0 == "/stuck" { gate.wait() } }
        let stuck = try server.connect()
        stuck.send(FastCGIRecords.request([("REQUEST_URI", "/stuck")]))
        try server.wait { $0.busyWorkers == 1 }
        DispatchQueue.global().async { [server = server.server] in
            manager.waitFor("READY=1")
            usleep(500_000)
            server.stop()
        }
        let unfinished = try server.run(drainTimeout: .milliseconds(100), manager)
        gate.signal()
        #expect(unfinished == 1)
        // The first check has nothing to compare with.
        #expect(manager.received.count { $0 == "WATCHDOG=1" } <= 1)
    }

    @Test(
        arguments: [
            ([:], nil),
            (["WATCHDOG_USEC": "15000000"], .seconds(15)),
            (["WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"], nil),
            (["WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "\(getpid())"], .seconds(15)),
            (["WATCHDOG_USEC": "0"], nil),
            (["WATCHDOG_USEC": "soon"], nil),
        ] as [([String: String], Duration?)]
    )
    func watchesAsTheEnvironmentSays(_ environment: [String: String], _ timeout: Duration?) {
        #expect(ServiceManager(environment: environment).watchdogTimeout == timeout)
    }

    @Test(arguments: ["", "relative", "/nonexistent/notify", "/" + String(repeating: "x", count: 200)])
    func mayBeOutOfReach(_ path: String) {
        ServiceManager(environment: ["NOTIFY_SOCKET": path]).notify(.ready)
    }
}

extension RunningServer {
    /// Runs until the stop on a thread of its own: the signals that are blocked there must not be in other tests.
    fileprivate func run(drainTimeout: Duration, _ manager: StandInManager) throws -> Int {
        let environment = ["NOTIFY_SOCKET": manager.socket, "WATCHDOG_USEC": "90000"]
        let result = Mutex<Result<Int, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [server] in
            let unfinished = Result {
                try server.run(
                    until: TerminationSignals(),
                    drainTimeout: drainTimeout,
                    manager: ServiceManager(environment: environment)
                )
            }
            result.withLock { $0 = unfinished }
            done.signal()
        }
        done.wait()
        return try #require(try result.withLock { $0 }?.get())
    }
}
