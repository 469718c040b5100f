import Foundation

/// A request as the stand-in for Flagsmith got it.
struct FlagsmithRequest: Sendable {
    let line: String
    let fields: [String]
    let body: String

    var method: String { String(line.prefix { $0 != " " }) }
    var target: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    subscript(_ name: String) -> String? {
        let prefix = name.lowercased() + ": "
        return fields.first { $0.lowercased().hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Whose integrations are asked for, decoded; nil if it is another path.
    var organisationOfIntegrations: String? {
        target.wholeMatch(of: #//api/v1/organisations/([^/]*)/integrations/grafana//#)?.1.removingPercentEncoding
    }

    /// The name in the credential; nil without one. An `Api-Key` may have any other text before it.
    var credential: String? {
        if let authorization = self["Authorization"] {
            return authorization.wholeMatch(of: /(?:Token\s+|Bearer\s+|.*Api-Key )(\S+)/).map { String($0.1) }
        }
        return self["Cookie"]?.firstMatch(of: /(?:^|; )jwt=([^;]+)/).map { String($0.1) }
    }
}

/// One kept connection of nginx to the stand-in for Flagsmith.
final class FlagsmithConnection: @unchecked Sendable {
    private let descriptor: Int32
    private var unread: [UInt8] = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// The next request; nil when nginx has closed.
    func receive() -> FlagsmithRequest? {
        let end = Array("\r\n\r\n".utf8)
        while unread.firstRange(of: end) == nil { guard receiveMore() else { return nil } }
        guard let range = unread.firstRange(of: end) else { return nil }
        let text = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
        let lines = text.split(separator: "\r\n").map(String.init)
        unread.removeSubrange(..<range.upperBound)
        let head = FlagsmithRequest(line: lines[0], fields: Array(lines.dropFirst()), body: "")
        let length = head["Content-Length"].flatMap { Int($0) } ?? 0
        while unread.count < length { guard receiveMore() else { return nil } }
        let body = String(decoding: unread.prefix(length), as: UTF8.self)
        unread.removeFirst(length)
        return FlagsmithRequest(line: head.line, fields: head.fields, body: body)
    }

    /// Waits that long, or until nginx gives up.
    func isOpen(after delay: Duration) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe delay == .zero || poll(&wait, 1, Int32(delay.components.seconds * 1000)) == 0
    }

    /// Waits until nginx sends more, or closes.
    func waitForInput() {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
    }

    func send(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func receiveMore() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        unread += bytes.prefix(count)
        return true
    }
}
