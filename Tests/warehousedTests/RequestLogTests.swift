import Logging
import Synchronization
import Testing
import WarehouseConnections

@testable import warehoused

@Suite struct RequestLogTests {
    private let lines = Lines()
    private let log: RequestLog

    init() {
        let lines = lines
        log = RequestLog(Logger(label: "test") { _ in lines })
    }

    @Test(arguments: [true, false])
    func endsAFailureWithALookThatBeganAfterIt(isOfWholeFile: Bool) {
        let before = ContinuousClock.now
        log.recordStore(.failure(.missing(store: "s")), since: .now)
        log.recordStore(.success(()), since: before, isOfWholeFile: isOfWholeFile)
        #expect(lines.messages == ["store unavailable"])
        log.recordStore(.success(()), since: .now, isOfWholeFile: isOfWholeFile)
        #expect(lines.messages == ["store unavailable", "store readable again"])
        log.recordStore(.success(()), since: .now)
        #expect(lines.messages.count == 2)
    }

    @Test
    func endsDamageWithALookAtTheWholeFile() {
        log.recordStore(.failure(.damaged(store: "s", reason: "page 5")), since: .now)
        log.recordStore(.success(()), since: .now)
        #expect(lines.messages == ["store unavailable"])
        log.recordStore(.success(()), since: .now, isOfWholeFile: true)
        #expect(lines.messages == ["store unavailable", "store readable again"])
    }

    @Test
    func saysTheSameFailureOnce() {
        for _ in 1...3 { log.recordStore(.failure(.missing(store: "s")), since: .now) }
        #expect(lines.messages == ["store unavailable"])
    }
}

/// Keeps what was logged.
private final class Lines: LogHandler {
    private let kept = Mutex<[String]>([])
    var messages: [String] { kept.withLock { $0 } }

    var logLevel: Logger.Level {
        get { .notice }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}
