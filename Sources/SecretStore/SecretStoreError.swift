/// Why the secret store, or the file of a sealing key, can't do what was asked. None holds anything of a secret.
///
/// The number at each case is the exit code of sysexits(3) for it.
public enum SecretStoreError: Error, Hashable, Sendable {
    /// There is no store at this place (66).
    case missing(store: String)
    /// It was never made to the end (66).
    case unfinished(store: String)
    /// It was made before, and stays as it is (73).
    case alreadyInitialised(store: String)
    /// What lies there is not a secret store: what it is instead (65).
    case foreign(store: String, found: String)
    /// A newer version of these programs has migrated it (69).
    case tooNew(store: String, version: Int)
    /// Another process uses it (75).
    case locked(store: String)
    /// It can't be opened, read or written: why, in the words of the system or the database (69).
    case unavailable(store: String, reason: String)
    /// Its content breaks its own rules: what (69).
    case damaged(store: String, reason: String)
    /// A store, a backup or a key file can't be made (73).
    case cannotCreate(file: String, reason: String)
    /// There is no such file of a secret or a key (66).
    case missingFile(String)
    /// It can't be read: why (66).
    case unreadable(file: String, reason: String)
    /// It holds more than a secret may (65).
    case tooLong(file: String)
    /// The file holds no sealing key: what is wrong with it (65).
    case notASealingKey(file: String, found: String)
    /// The key is another store's, or an older one (65).
    case wrongKey(file: String, fingerprint: String, store: String, expected: String)
    /// The right key does not open this secret: it was changed, or moved from another place (65).
    case doesNotOpen(SecretID, store: String)
    /// There is a secret of this identity (65).
    case exists(SecretID, store: String)
    /// The secret has more than 65,536 bytes (65).
    case tooLongSecret(SecretID)
}

extension SecretStoreError: CustomStringConvertible {
    /// What, where, why and what to do next, on one line without a final stop.
    public var description: String { text.replacing("\n", with: " ") }

    private var text: String {
        switch self {
        case .missing(let store): "\(store): no such secret store: make one with warehousectl secrets init"
        case .unfinished(let store):
            "\(store): its creation was interrupted: finish it with warehousectl secrets init"
        case .alreadyInitialised(let store):
            "\(store): there is a secret store already: for a new key use warehousectl secrets reseal"
        case .foreign(let store, let found): "\(store): not a secret store: \(found)"
        case .tooNew(let store, let version):
            "\(store): needs version \(version) of these programs or later: upgrade them"
        case .locked(let store): "\(store): another process is using it: try again"
        case .unavailable(let store, let reason): "\(store): cannot be used: \(reason)"
        case .damaged(let store, let reason): "\(store): is damaged: \(reason): put a backup in its place"
        case .cannotCreate(let file, let reason): "\(file): cannot be created: \(reason)"
        case .missingFile(let file): "\(file): no such file"
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .tooLong(let file): "\(file): is longer than the \(Secret.maximumLength) bytes of a secret"
        case .notASealingKey(let file, let found):
            "\(file): not a sealing key: \(found): give the file that warehousectl secrets init or reseal wrote"
        case .wrongKey(let file, let fingerprint, let store, let expected):
            "\(file): key \(fingerprint) does not open \(store): give the file of key \(expected)"
        case .doesNotOpen(let id, let store):
            "\(store): the secret of \(id) does not open: it was changed or moved: put a backup in its place"
        case .exists(let id, let store): "\(store): there is a secret of \(id) already"
        case .tooLongSecret(let id): "the secret of \(id) is longer than \(Secret.maximumLength) bytes"
        }
    }
}
