import ArgumentParser
import Glibc
import SecretStore
import Sysexits
import WarehouseConnections

struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove an organisation's connection and its secrets.",
        discussion: """
            What the set-up script has made in the customer's warehouse stays there. A backup of the store from before \
            can bring the connection back, and one of the secrets its key. What was only imported has no secrets: \
            --without-secrets.
            """
    )

    @OptionGroup var target: OrganisationOption

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Delete the connection although no secret of it can be removed.")
    var withoutSecrets = false

    @OptionGroup var actor: ActorOptions
    @OptionGroup var secrets: SecretsOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let organisation = target.organisation
        // First of all what an interrupted change has left, a deletion of this connection for one.
        _ = try ConnectionChange(secrets: secrets.openIfThere(), store: store, actor: actor)
        let connection = try target.connection(in: store.reader())
        if !yes { try confirm(connection) }
        let change = try ConnectionChange(secrets: secrets.openIfThere(), store: store, actor: actor)
        // A test may have changed its status since it was shown.
        let current = try change.connection(of: organisation)
        guard current?.id == connection.id else {
            throw ProgramFailure(.temporaryFailure, "the connection has just been replaced: try again")
        }
        if !withoutSecrets { try change.requireSecrets(of: connection.id, organisation, or: "--without-secrets") }
        try change.run(connection.id, of: organisation, from: current, to: nil, secrets: []) { transaction in
            _ = try transaction.deleteConnection(of: organisation)
        }
        try output.print("\(connection.id): deleted") { json in
            json.member("organisation", organisation.rawValue)
            json.member("id", connection.id.rawValue)
            json.member("result", "deleted")
        }
    }

    private func confirm(_ connection: WarehouseConnection) throws(ProgramFailure) {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ProgramFailure(.usage, "nobody is there to ask: give --yes to delete \(connection.id)")
        }
        let type = connection.configuration.type.name
        let question = "Delete \(connection.id) of organisation \(target.organisation), \(type)? [y/N] "
        try StandardOutput.write(Array(question.utf8))
        guard ["y", "yes"].contains(readLine()?.lowercased()) else { throw ProgramFailure(.no, "nothing was deleted") }
    }
}
