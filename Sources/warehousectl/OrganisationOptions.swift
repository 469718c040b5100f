public import ArgumentParser
import Sysexits
public import WarehouseConnections

/// The one organisation that a command is about.
struct OrganisationOption: ParsableArguments {
    @Option(help: "The organisation's number.")
    var organisation: OrganisationID

    /// - Throws: ``ProgramFailure`` 1 if it has none, and those of the store.
    func connection(in reader: any ConnectionReader) throws -> WarehouseConnection {
        var found: WarehouseConnection?
        try failingWithStoreErrors { found = try reader.connection(of: organisation) }
        guard let found else { throw ProgramFailure(.no, "organisation \(organisation) has no warehouse connection") }
        return found
    }
}

/// All organisations, or one.
struct OrganisationFilter: ParsableArguments {
    @Option(help: "The number of the only organisation to print. (default: all)")
    var organisation: OrganisationID?

    func forEachConnection(
        in reader: any ConnectionReader,
        _ body: (OrganisationID, WarehouseConnection) throws -> Void
    ) throws {
        guard let organisation else { return try reader.forEachConnection(body) }
        if let connection = try reader.connection(of: organisation) { try body(organisation, connection) }
    }
}

extension OrganisationID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
