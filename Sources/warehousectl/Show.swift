import ArgumentParser
import Glibc
import Sysexits
import WarehouseConnections
import Warehouses

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print an organisation's connection, or one of its scripts alone.",
        discussion: """
            With --json the object that import reads. Exits with 1 if the organisation has no connection, or the \
            connection no such script.
            """
    )

    /// A text for the customer, which is printed byte for byte so that it can go into a file.
    enum Script: EnumerableFlag {
        case script
        case teardown
        case networkPolicy

        var title: String {
            switch self {
            case .script: "set-up script"
            case .teardown: "teardown"
            case .networkPolicy: "network policy"
            }
        }

        static func help(for value: Script) -> ArgumentHelp? {
            switch value {
            case .script: "Print the set-up script alone."
            case .teardown: "Print a script that takes away what the set-up script made, and leaves what holds data."
            case .networkPolicy:
                "Print a script that lets Snowflake's user sign in from --egress-address and from nowhere else."
            }
        }
    }

    @OptionGroup var target: OrganisationOption

    @Flag
    var script: Script?

    @Option(
        help: ArgumentHelp(
            """
            With --network-policy, once for each: a public IPv4 address from which connections are tested and loaded, or \
            a block of them.
            """,
            valueName: "address[/bits]"
        )
    )
    var egressAddress: [String] = []

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if script != nil, output.json { throw ValidationError("--json is for the connection, not for a script of it") }
        if script == .networkPolicy, egressAddress.isEmpty {
            throw ValidationError("--network-policy: give --egress-address for each address that it allows")
        }
        if script != .networkPolicy, !egressAddress.isEmpty {
            throw ValidationError("--egress-address is for --network-policy")
        }
    }

    func run() throws {
        let addresses = try addresses()
        let connection = try target.connection(in: store.reader())
        guard let script else { return try output.print(text(connection), json: connection, of: target.organisation) }
        let text = try text(script, of: connection, addresses)
        // Only a terminal can be steered; a file gets each byte.
        try StandardOutput.write(Array((isatty(STDOUT_FILENO) == 1 ? text.printable : text).utf8))
    }

    private func addresses() throws(ProgramFailure) -> [EgressAddress] {
        var addresses: [EgressAddress] = []
        for text in egressAddress {
            guard let address = EgressAddress(text) else {
                throw ProgramFailure(
                    .usage,
                    "--egress-address \(text): expected a public IPv4 address, or a block as <address>/<bits>"
                )
            }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    private func text(
        _ script: Script,
        of connection: WarehouseConnection,
        _ addresses: [EgressAddress]
    ) throws(ProgramFailure) -> String {
        let (id, configuration) = (connection.id, connection.configuration)
        let text: String?
        do throws(InvalidValue) {
            text =
                switch script {
                case .script: connection.setupScript
                case .teardown: try TeardownScript(for: configuration)?.text
                case .networkPolicy: try NetworkPolicyScript(for: configuration, allowing: addresses)?.text
                }
        } catch {
            throw ProgramFailure(.dataError, "\(id): \(error): change it with update, or make the connection anew")
        }
        guard let text else {
            throw ProgramFailure(.no, "\(id): this \(configuration.type.name) connection has no \(script.title)")
        }
        return text
    }

    private func text(_ connection: WarehouseConnection) -> String {
        let type = connection.configuration.type
        let rows =
            [
                ("organisation", "\(target.organisation)"), ("id", "\(connection.id)"), ("type", type.name),
                ("status", connection.status.rawValue),
            ] + zip(type.publicFields, connection.configuration.values).map { ($0.name, "\($1)") } + [
                ("public_key", connection.publicKey?.base64 ?? "none"),
                ("fingerprint", connection.publicKey?.fingerprint ?? "none"),
                ("created_at", "\(connection.createdAt)"),
                ("last_tested_at", connection.lastTestedAt.map { "\($0)" } ?? "never"),
                ("last_error", connection.lastError ?? "none"),
            ]
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + value.printable + "\n"
        }
        return lines.joined() + "\n" + (connection.setupScript ?? "no set-up script\n").printable
    }
}

extension String {
    /// The text without control characters other than line ends and tabs: a warehouse's words must not steer a terminal.
    fileprivate var printable: String {
        String(
            unicodeScalars.map { scalar in
                let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
                return isControl ? "\u{FFFD}" : Character(scalar)
            }
        )
    }
}
