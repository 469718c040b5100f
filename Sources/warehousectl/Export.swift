import ArgumentParser
import Sysexits
import WarehouseConnections

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print connections as import reads them, ordered by organisation."
    )

    @OptionGroup var organisations: OrganisationFilter
    @OptionGroup var store: StoreOptions

    func run() throws {
        var pending: [UInt8] = []
        try failingWithStoreErrors {
            try organisations.forEachConnection(in: store.reader()) { organisation, connection in
                var json = JSONWriter(reservingCapacity: WarehouseConnection.usualJSONSize)
                connection.write(to: &json, organisation: organisation)
                pending += json.bytes
                pending.append(UInt8(ascii: "\n"))
                if pending.count > 1 << 16 {
                    try StandardOutput.write(pending)
                    pending.removeAll(keepingCapacity: true)
                }
            }
        }
        try StandardOutput.write(pending)
    }
}
