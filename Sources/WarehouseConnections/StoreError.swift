/// Why a store of connections can't do what was asked.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no store at this place.
    case missing(store: String)
    /// What lies there is not a store of connections: what it is instead.
    case foreign(store: String, found: String)
    /// It was migrated by a newer version, which says that this one can no longer read it.
    case tooNew(store: String, readableFrom: Int)
    /// It has an older schema than this version writes.
    case needsMigration(store: String)
    /// Another process is writing.
    case locked(store: String)
    /// It can't be opened, read or written: why, in the words of the system or the database.
    case unavailable(store: String, reason: String)
    /// This user may not read it.
    case unreadable(store: String, reason: String)
    /// It can't be created: why.
    case cannotCreate(store: String, reason: String)
    /// A copy of it can't be written: why.
    case cannotWrite(file: String, reason: String)
    /// There is no backup of this name.
    case missingBackup(file: String)
    /// What should be restored is no sound backup.
    case badBackup(file: String, problem: String)
    /// Its content breaks its own rules: what.
    case damaged(store: String, reason: String)
    /// Another organisation has a connection of this id.
    case idTaken(ConnectionID)
}

extension StoreError: CustomStringConvertible {
    /// What, where, why and what to do next, on one line without a final stop.
    public var description: String { text.replacing("\n", with: " ") }

    private var text: String {
        switch self {
        case .missing(let store): "\(store): no such store: make one with warehousectl init"
        case .foreign(let store, let found): "\(store): not a store of warehouse connections: \(found)"
        case .tooNew(let store, let readableFrom):
            "\(store): needs version \(readableFrom) of these programs or later: upgrade them"
        case .needsMigration(let store): "\(store): has an older schema: migrate it with warehousectl init"
        case .locked(let store): "\(store): another process is writing to it: try again"
        case .unavailable(let store, let reason): "\(store): cannot be used: \(reason)"
        case .unreadable(let store, let reason): "\(store): cannot be read: \(reason)"
        case .cannotCreate(let store, let reason): "\(store): cannot be created: \(reason)"
        case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
        case .missingBackup(let file): "\(file): no such backup"
        case .badBackup(let file, let problem): "\(file): cannot be restored: \(problem)"
        case .damaged(let store, let reason): "\(store): is damaged: \(reason): restore a backup"
        case .idTaken(let id): "\(id) is the connection of another organisation"
        }
    }
}

extension StoreError {
    /// What is wrong, without where and what to do next.
    public var problem: String {
        switch self {
        case .foreign(_, let found): "it is \(found)"
        case .tooNew(_, let readableFrom): "it needs version \(readableFrom) of these programs or later"
        case .damaged(_, let reason): "it is damaged: \(reason)"
        case .unavailable(_, let reason), .unreadable(_, let reason): reason
        default: description
        }
    }
}
