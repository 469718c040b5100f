import Foundation
import Logging
import WarehouseConnections

/// Writes each log message as one line of JSON to standard error: `time`, `level`, `message`, then the metadata.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.notice
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }
        all.merge(event.metadata ?? [:]) { $1 }
        var json = JSONWriter()
        json.object { line in
            line.member("time", Date.now.formatted(Self.timeFormat))
            line.member("level", event.level.rawValue)
            line.member("message", "\(event.message)")
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { line.member(name, "\(value)") }
        }
        // In one piece, so that lines of several threads and processes never mix. A full disk must not end the process.
        try? FileHandle.standardError.write(contentsOf: Data(json.bytes + [UInt8(ascii: "\n")]))
    }

    private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
