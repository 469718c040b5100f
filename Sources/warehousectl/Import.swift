import ArgumentParser
import Sysexits
import WarehouseConnections

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Store the connections of a file, all of them or none.",
        discussion: """
            The file holds newline-delimited JSON: on each line one connection as the API returns it, with its \
            "organisation" in front. A line equal to what is stored changes nothing.
            """
    )

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Flag(help: "Replace a stored connection that differs; otherwise that is an error.")
    var replace = false

    @OptionGroup var actor: ActorOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let lines = try ImportedLines(path: file)
        let writer = try store.writer()
        var counts = (created: 0, replaced: 0, unchanged: 0)
        var progress = Progress(unit: "lines")
        try failingWithStoreErrors {
            try writer.transaction(by: actor.name) { transaction in
                for line in lines {
                    try line.withContent { imported in
                        let stored = try transaction.connection(of: imported.organisation)
                        if stored == imported.connection {
                            counts.unchanged += 1
                        } else {
                            guard stored == nil || replace else {
                                throw InvalidValue(
                                    "organisation \(imported.organisation)",
                                    "has another connection already: give --replace to replace it"
                                )
                            }
                            try transaction.refuseMove(from: stored, to: imported)
                            try transaction.put(imported.connection, for: imported.organisation, as: .import)
                            if stored == nil { counts.created += 1 } else { counts.replaced += 1 }
                        }
                    }
                    progress.advance(to: line.number)
                }
            }
        }
        progress.finish()
        try output.print(
            "\(counts.created) created, \(counts.replaced) replaced, \(counts.unchanged) unchanged"
        ) { json in
            json.member("created", Int64(counts.created))
            json.member("replaced", Int64(counts.replaced))
            json.member("unchanged", Int64(counts.unchanged))
        }
    }
}

extension ConnectionTransaction {
    /// Else whoever may import could have the secrets of a connection sent to a place of their own: they stay when
    /// another connection takes its place, and are there again with its id.
    fileprivate func refuseMove(from stored: WarehouseConnection?, to imported: ImportLine) throws {
        let (id, configuration) = (imported.connection.id, imported.connection.configuration)
        let known: WarehouseConfiguration?
        var wayOut = "give another id"
        if let stored, stored.id == id {
            known = stored.configuration
            wayOut = "use update, or delete it"
        } else {
            // The last entry of one that was deleted, secrets included, has nothing afterwards.
            let entry = try auditEntries(on: id, of: imported.organisation).last
            guard let json = entry?.after else { return }
            known = WarehouseConfiguration(auditJSON: json)
        }
        guard let known, known.type == configuration.type else {
            throw InvalidValue("type", "is another one than \(id) was made for: \(wayOut)")
        }
        for field in configuration.type.publicFields where field.isDestination || field.isFixed {
            guard known[field.name] != configuration[field.name] else { continue }
            throw InvalidValue("config.\(field.name)", "is another one than \(id) was made for: \(wayOut)")
        }
    }
}
