import Foundation
import WarehouseConnections

/// One line of an import file: a connection and whose it is.
struct ImportLine: Decodable {
    let organisation: OrganisationID
    let connection: WarehouseConnection

    /// - Throws: ``InvalidValue`` for anything but an object of exactly the ten members with valid values.
    static func decode(_ line: Data) throws(InvalidValue) -> ImportLine {
        do {
            let decoded = try decoder.decode(ImportLine.self, from: line)
            // With all that must be there and nothing more there is nothing unknown, and nothing twice, of which the
            // decoder would take one.
            let known = 1 + names.count + decoded.connection.configuration.type.publicFields.count
            if memberCount(of: line) == known { return decoded }
            try refuseUnknown(line)
            throw InvalidValue("it", "has a member twice")
        } catch let error as InvalidValue {
            throw error
        } catch DecodingError.keyNotFound(let key, let context) {
            try refuseUnknown(line)
            throw InvalidValue(Self.name(context.codingPath + [key]), "is missing")
        } catch DecodingError.valueNotFound(_, let context) {
            throw InvalidValue(Self.name(context.codingPath), "is null")
        } catch DecodingError.typeMismatch(let type, let context) {
            throw InvalidValue(Self.name(context.codingPath), "is no \(Self.name(type))")
        } catch {
            throw InvalidValue("it", "is no JSON, or has a number beyond 64 bits")
        }
    }

    private static let decoder = JSONDecoder()

    /// - Throws: the name of a member that a connection has not, if there is one.
    private static func refuseUnknown(_ line: Data) throws(InvalidValue) {
        do {
            _ = try decoder.decode(KnownMembers.self, from: line)
        } catch let error as InvalidValue {
            throw error
        } catch {
            // Something else is wrong with it as well, and has been found already.
        }
    }

    /// What an object is if all of its members are known.
    private struct KnownMembers: Decodable {
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Member.self)
            try members.refuseUnknown(["organisation"] + names)
            guard let type = WarehouseType.named(try members.decode(String.self, forKey: "type")) else { return }
            let config = try members.nestedContainer(keyedBy: Member.self, forKey: "config")
            try config.refuseUnknown(type.publicFields.map(\.name))
        }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
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
        self.organisation = organisation
        connection = try WarehouseConnection(
            id: value("id") { ConnectionID($0) },
            status: value("status") { ConnectionStatus(rawValue: $0) },
            configuration: WarehouseConfiguration(of: members),
            publicKey: optional("public_key") { PublicKey($0) },
            setupScript: optional("setup_script") { $0 },
            createdAt: value("created_at") { Timestamp($0) },
            lastTestedAt: optional("last_tested_at") { Timestamp($0) },
            lastError: optional("last_error") { $0 }
        )
    }

    /// How many members all objects in a line of valid JSON have together: its colons outside strings.
    private static func memberCount(of line: Data) -> Int {
        let bytes = line.span
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        var (count, index) = (0, 0)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ":") { count += 1 }
            guard bytes[index] == quote else {
                index += 1
                continue
            }
            // Over the string, to the next quotation mark that no backslash escapes. Most of a line is strings.
            var isEscaped = true
            while isEscaped {
                index += 1
                index += bytes.extracting(droppingFirst: index).firstIndex(of: quote)
                var before = index
                while bytes[before - 1] == backslash { before -= 1 }
                isEscaped = !(index - before).isMultiple(of: 2)
            }
            index += 1
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
