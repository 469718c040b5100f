import ArgumentParser
import Foundation
import WarehouseConnections

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print every change of the store: who, when, what.",
        discussion: """
            Entries are only ever added; restore puts back those of the backup, and says so. With --json what was there before and after too, never with a secret; \
            of a set-up script its SHA-256.
            """
    )

    @OptionGroup var organisations: OrganisationFilter
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var table = Table("AT", "ACTOR", "ACTION", "ORGANISATION", "WHAT")
        var json = JSONWriter()
        try failingWithStoreErrors {
            try json.array { json in
                try store.reader().forEachAuditEntry(of: organisations.organisation) { entry in
                    if output.json {
                        entry.write(to: &json)
                    } else {
                        table.append(
                            "\(entry.at)",
                            entry.actor,
                            entry.action.rawValue,
                            entry.organisation.map { "\($0)" } ?? "all",
                            entry.subject ?? "-"
                        )
                    }
                }
            }
        }
        try output.print(table, json)
    }
}

extension AuditEntry {
    /// The id of the connection or the API key.
    fileprivate var subject: String? {
        if let connectionID { return "\(connectionID)" }
        let object = after.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) } as? [String: Any]
        return object?["key_id"] as? String
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("at", at.rawValue)
            object.member("actor", actor)
            object.member("action", action.rawValue)
            if let organisation {
                object.member("organisation", organisation.rawValue)
            } else {
                object.member("organisation", nil)
            }
            object.member("connection_id", connectionID?.rawValue)
            object.member("before", json: before)
            object.member("after", json: after)
        }
    }
}
