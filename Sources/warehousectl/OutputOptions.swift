import ArgumentParser
import WarehouseConnections

/// How a command prints what it has done.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for machines.")
    var json = false

    /// Prints a line of text, or with `--json` the object of the members that `members` writes.
    func print(_ text: @autoclosure () -> String, json members: (inout JSONWriter) -> Void) throws {
        var writer = JSONWriter()
        writer.object(members)
        try StandardOutput.write(json ? writer.bytes + [UInt8(ascii: "\n")] : Array("\(text())\n".utf8))
    }

    /// Prints a line of text, or with `--json` the object that import reads.
    func print(
        _ text: @autoclosure () -> String,
        json connection: WarehouseConnection,
        of organisation: OrganisationID
    ) throws {
        var writer = JSONWriter()
        connection.write(to: &writer, organisation: organisation)
        try StandardOutput.write(json ? writer.bytes + [UInt8(ascii: "\n")] : Array("\(text())\n".utf8))
    }

    /// Prints `table`, or with `--json` the array that `writer` holds.
    func print(_ table: Table, _ writer: JSONWriter) throws {
        try StandardOutput.write(json ? writer.bytes + [UInt8(ascii: "\n")] : Array(table.text.utf8))
    }
}
