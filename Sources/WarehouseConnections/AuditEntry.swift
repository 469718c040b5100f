import Crypto

/// One change of a store, as its audit keeps it for ever. It holds no secret.
public struct AuditEntry: Hashable, Sendable {
    public enum Action: String, CaseIterable, Sendable {
        case create
        case update
        case delete
        case `import`
        case test
        case rotateKey = "rotate-key"
        case finishRotation = "rotate-key --finish"
        case createKey = "key create"
        case revokeKey = "key revoke"
        /// All that the store holds was replaced, this audit included.
        case restore

        /// Whether a connection that was `before` and is `after` makes an entry: tests come every day for ever, so only
        /// one with another result does.
        public func isRecorded(_ before: WarehouseConnection?, _ after: WarehouseConnection) -> Bool {
            self != .test || before?.status != after.status
        }
    }

    public let at: Timestamp
    /// Who did it: the name of a user of the system, or what they gave as `--actor`.
    public let actor: String
    public let action: Action
    /// Nil for what concerns all.
    public let organisation: OrganisationID?
    /// Nil for what is no connection.
    public let connectionID: ConnectionID?
    /// JSON objects of what was there and what is there now; nil for nothing.
    public let before: String?
    public let after: String?

    public init(
        at: Timestamp,
        actor: String,
        action: Action,
        organisation: OrganisationID?,
        connectionID: ConnectionID? = nil,
        before: String? = nil,
        after: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.action = action
        self.organisation = organisation
        self.connectionID = connectionID
        self.before = before
        self.after = after
    }
}

extension WarehouseConnection {
    /// The connection as an audit shows it: with the SHA-256 of its public key and of its set-up script in their place,
    /// which are long.
    public var auditJSON: String { auditJSON(secrets: []) }

    /// - Parameter secrets: the names of its secrets that changed with it.
    public func auditJSON(secrets: [String]) -> String {
        var json = JSONWriter(reservingCapacity: 1024)
        write(to: &json) { json in
            json.member("public_key_sha256", publicKey.map { Self.digest(of: $0.base64) })
            json.member("setup_script_sha256", setupScript.map(Self.digest))
            if !secrets.isEmpty { json.member("changed_secrets", secrets.joined(separator: " ")) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static func digest(of text: String) -> String {
        var hash = SHA256()
        unsafe text.utf8.span.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        return Hexadecimal.text(Array(hash.finalize())[...])
    }
}

extension StoredAPIKey {
    /// The key as an audit shows it: nothing that would recognise it.
    public var auditJSON: String {
        var json = JSONWriter()
        json.object { object in
            object.member("key_id", id.rawValue)
            object.member("label", label)
            object.member("expires_at", expiresAt?.rawValue)
            object.member("revoked_at", revokedAt?.rawValue)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
