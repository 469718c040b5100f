import Foundation
import WarehouseConnections

@testable import WarehouseAPI

/// What is fuzzed: whatever a stranger sends goes through these parsers first.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case path
    case key
    case importLine = "import-line"
    case ifNoneMatch = "if-none-match"

    /// What is wrong with how `bytes` are read; nil if nothing is.
    public func finding(_ bytes: [UInt8]) -> String? {
        // As libfcgi's parameters come: up to a NUL, and repaired.
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        return switch self {
        case .path: Self.findingInPath(text)
        case .key: Self.findingInKey(text)
        case .importLine: Self.findingInImportLine(Data(bytes))
        case .ifNoneMatch: Self.findingInIfNoneMatch(text)
        }
    }

    /// A resource has one spelling.
    private static func findingInPath(_ text: String) -> String? {
        guard let path = ResourcePath(text) else { return nil }
        let base = "/api/v1/organisations/"
        let expected =
            switch path.resource {
            case .connectionList(let organisation):
                "\(base)\(organisation.rawValue)/integrations/warehouse-connections/"
            case .connection(let organisation, let id):
                "\(base)\(organisation.rawValue)/integrations/warehouse-connections/\(id.rawValue)/"
            case .liveness: "/health/liveness/"
            case .readiness: "/health/readiness/"
            case .metrics: "/metrics"
            }
        let spelling = path.targetWithSlash ?? text
        guard String(spelling.prefix { $0 != "?" }) == expected else { return "\(text): read as \(expected)" }
        if let target = path.targetWithSlash {
            guard ResourcePath(target)?.resource == path.resource, ResourcePath(target)?.targetWithSlash == nil else {
                return "\(text): redirected to \(target)"
            }
        }
        return nil
    }

    /// A key is in ASCII, and none is another with one character changed.
    private static func findingInKey(_ text: String) -> String? {
        guard let key = APIKey(text) else { return nil }
        let bytes = Array(text.utf8)
        guard text.wholeMatch(of: /whc_[A-Za-z0-9]{12}_[A-Za-z0-9_-]{43}_[0-9A-Za-z]{6}/) != nil,
            text.dropFirst(4).prefix(12) == key.id.rawValue
        else { return "\(text): read as a key of \(key.id)" }
        for place in bytes.indices {
            var changed = bytes
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let other = String(decoding: changed, as: UTF8.self)
            guard APIKey(other) == nil else { return "\(other): has the checksum of \(text)" }
        }
        return nil
    }

    /// What matches is a list of tags with this one in it, or a star.
    private static func findingInIfNoneMatch(_ text: String) -> String? {
        let tag = EntityTag(of: Array("content".utf8))
        let isMatched = tag.isMatched(by: text)
        if isMatched, !text.contains("*"), !text.contains(tag.rawValue) { return "\(text): matches \(tag.rawValue)" }
        // What is beyond ASCII may be read as bytes or as characters: nobody's tag has it.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), !text.contains("\r\n") else { return nil }
        guard isMatched == lists(text, tag.rawValue) else { return "\(text): \(isMatched ? "" : "not ")matched" }
        return nil
    }

    /// The same by another way: between the quotes of a list there are tags and separators in turn.
    private static func lists(_ text: String, _ tag: String) -> Bool {
        if text.trimmingCharacters(in: CharacterSet(charactersIn: " \t")) == "*" { return true }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1 else { return false }
        for (number, part) in parts.enumerated() where number % 2 == 0 {
            var separator = part
            if number < parts.count - 1, separator.hasSuffix("W/") { separator = separator.dropLast(2) }
            guard separator.allSatisfy({ " \t,".contains($0) }) else { return false }
            let isBetween = number > 0 && number < parts.count - 1
            guard !isBetween || separator.contains(",") else { return false }
        }
        return parts.enumerated().contains { $0.offset % 2 == 1 && "\"\($0.element)\"" == tag }
    }
}
