import Sysexits
import WarehouseConnections

/// Which organisations sign in as which user of which warehouse.
struct WarehouseUsers {
    private var organisations: [WarehouseConfiguration.UserIdentity: [OrganisationID]] = [:]

    mutating func add(_ configuration: WarehouseConfiguration, of organisation: OrganisationID) {
        guard let identity = configuration.userIdentity else { return }
        organisations[identity, default: []].append(organisation)
    }

    /// The organisations that share a user, each group in the order in which they were added.
    var shared: [[OrganisationID]] {
        organisations.values.filter { $0.count > 1 }.sorted { $0[0].rawValue < $1[0].rawValue }
    }

    /// Warns on standard error if other organisations have the same user. Whatever keeps it from reading them is a warning,
    /// too: the change is made.
    static func warnIfShared(
        _ configuration: WarehouseConfiguration,
        of organisation: OrganisationID,
        in store: StoreOptions
    ) {
        guard let identity = configuration.userIdentity else { return }
        do {
            var sharing = [organisation]
            try store.reader().forEachConnection { other, connection in
                guard other != organisation, connection.configuration.userIdentity == identity else { return }
                sharing.append(other)
            }
            if sharing.count > 1 { Warehousectl.report("warning: \(sharing.sentence)") }
        } catch {
            Warehousectl.report("warning: whether another organisation has the same user is not known: \(error)")
        }
    }
}

extension [OrganisationID] {
    /// What is wrong if these, two at least, share a user.
    var sentence: String {
        let named = prefix(count > 4 ? 3 : 4).map(\.description)
        let rest = count > named.count ? "\(count - named.count) more" : nil
        let all = named + [rest].compactMap(\.self)
        return """
            organisations \(all.dropLast().joined(separator: ", ")) and \(all.last ?? "") sign in to one warehouse as \
            the same user, which can have the key or password of one only: give each connection a user of its own
            """
    }
}
