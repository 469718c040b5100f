import Foundation
import WarehouseConnections

/// One line of an import file: a connection and whose it is.
struct ImportLine: Decodable {
    let organisation: OrganisationID
    let connection: WarehouseConnection

    /// - Throws: ``InvalidValue`` for anything but an object of exactly the ten members with valid values.
    static func decode(_ line: Data) throws(InvalidValue) -> ImportLine {
        do {
            let decoded = try JSONDecoder().decode(ImportLine.self, from: line)
            // The decoder takes one of several members of the same name.
            let known = 1 + names.count + decoded.connection.configuration.type.publicFields.count
            guard memberCount(of: line) == known else { throw InvalidValue("it", "has a member twice") }
            return decoded
        } catch let error as InvalidValue {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            throw InvalidValue(Self.name(context.codingPath + [key]), "is missing")
        } catch DecodingError.valueNotFound(_, let context) {
            throw InvalidValue(Self.name(context.codingPath), "is null")
        } catch DecodingError.typeMismatch(let type, let context) {
            throw InvalidValue(Self.name(context.codingPath), "is no \(Self.name(type))")
        } catch {
            throw InvalidValue("it", "is no JSON, or has a number beyond 64 bits")
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        try members.refuseUnknown(["organisation"] + Self.names)
        func value<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value {
            let text = try members.decode(String.self, forKey: Member(name))
            guard let value = parse(text) else { throw InvalidValue(name, "is not valid") }
            return value
        }
        func optional<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
            try members.decodeNil(forKey: Member(name)) ? nil : value(name, parse)
        }
        guard let organisation = OrganisationID(try members.decode(Int64.self, forKey: "organisation")) else {
            throw InvalidValue("organisation", "is not positive")
        }
        let type = try value("type") { WarehouseType.named($0) }
        let config = try members.nestedContainer(keyedBy: Member.self, forKey: "config")
        try config.refuseUnknown(type.publicFields.map(\.name))
        var fields: [String: FieldValue] = [:]
        for field in type.publicFields { fields[field.name] = try config.value(of: field) }
        self.organisation = organisation
        connection = try WarehouseConnection(
            id: value("id") { ConnectionID($0) },
            status: value("status") { ConnectionStatus(rawValue: $0) },
            configuration: WarehouseConfiguration(type: type) { fields[$0.name] },
            publicKey: optional("public_key") { PublicKey($0) },
            setupScript: optional("setup_script") { $0 },
            createdAt: value("created_at") { Timestamp($0) },
            lastTestedAt: optional("last_tested_at") { Timestamp($0) },
            lastError: optional("last_error") { $0 }
        )
    }

    /// How many members all objects in a line of valid JSON have together: its colons outside strings.
    private static func memberCount(of line: Data) -> Int {
        var (count, isInString, isEscaped) = (0, false, false)
        // An iterator of Data is ten times as slow, and takes a seventh of an import's time.
        let bytes = line.span
        for index in bytes.indices {
            let byte = bytes[index]
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: ":") {
                count += 1
            }
        }
        return count
    }

    private static let names = [
        "id", "type", "status", "config", "public_key", "setup_script", "created_at", "last_tested_at", "last_error",
    ]

    private static func name(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "it" : path.map(\.stringValue).joined(separator: ".")
    }

    private static func name(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "string"
        case is Int64.Type: "integer"
        case is Bool.Type: "boolean"
        default: "object"
        }
    }
}

/// A member's name, whatever it is, so that unknown ones can be refused.
private struct Member: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringLiteral name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == Member {
    fileprivate func value(of field: WarehouseType.Field) throws -> FieldValue {
        let key = Member(field.name)
        return switch field.kind {
        case .text: .text(try decode(String.self, forKey: key))
        case .integer: .integer(try decode(Int64.self, forKey: key))
        case .boolean: .boolean(try decode(Bool.self, forKey: key))
        }
    }

    fileprivate func refuseUnknown(_ known: [String]) throws {
        for key in allKeys where !known.contains(key.stringValue) {
            let name = (codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")
            throw InvalidValue(name, "is not a member of a connection")
        }
    }
}
