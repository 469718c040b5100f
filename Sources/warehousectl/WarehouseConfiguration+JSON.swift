import Foundation
import WarehouseConnections

extension WarehouseConfiguration {
    /// That of a connection whose JSON has these members.
    init(of members: KeyedDecodingContainer<Member>) throws {
        let name = try members.decode(String.self, forKey: "type")
        guard let type = WarehouseType.named(name) else { throw InvalidValue("type", "is not valid") }
        let config = try members.nestedContainer(keyedBy: Member.self, forKey: "config")
        var fields: [String: FieldValue] = [:]
        for field in type.publicFields { fields[field.name] = try config.value(of: field) }
        try self.init(type: type) { fields[$0.name] }
    }

    /// That of a connection which an audit has as `auditJSON`; nil if this program does not know its type or its fields.
    init?(auditJSON: String) {
        struct Connection: Decodable {
            let configuration: WarehouseConfiguration

            init(from decoder: any Decoder) throws {
                configuration = try WarehouseConfiguration(of: decoder.container(keyedBy: Member.self))
            }
        }
        let json = Data(auditJSON.utf8)
        guard let connection = try? JSONDecoder().decode(Connection.self, from: json) else { return nil }
        self = connection.configuration
    }
}

/// A member's name, whatever it is, so that unknown ones can be refused.
struct Member: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(stringLiteral name: String) { stringValue = name }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == Member {
    func value(of field: WarehouseType.Field) throws -> FieldValue {
        let key = Member(field.name)
        return switch field.kind {
        case .text: .text(try decode(String.self, forKey: key))
        case .integer: .integer(try decode(Int64.self, forKey: key))
        case .boolean: .boolean(try decode(Bool.self, forKey: key))
        }
    }

    func refuseUnknown(_ known: [String]) throws {
        for key in allKeys where !known.contains(key.stringValue) {
            let name = (codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")
            throw InvalidValue(name, "is not a member of a connection")
        }
    }
}
