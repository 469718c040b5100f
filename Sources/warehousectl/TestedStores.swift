import Foundation
import SecretStore
import Sysexits
import WarehouseConnections
import Warehouses

/// The stores as tests use them: each opened for a moment only, since a test takes longer than others should wait for a
/// lock.
actor TestedStores {
    /// What one test needs.
    struct Subject: Sendable {
        let connection: WarehouseConnection
        let credential: Credential
        /// The key pair that a rotation under way will retire.
        let predecessor: Credential?
    }

    private let store: StoreOptions
    private let secrets: SecretsOptions
    private let key: SealingKey
    private let actorName: String

    /// Settles what interrupted changes have left.
    ///
    /// - Throws: ``ProgramFailure`` if a store can't be used, or `keyFile` does not open the secrets.
    init(store: StoreOptions, secrets: SecretsOptions, keyFile: String, actor: ActorOptions) throws {
        self.store = store
        self.secrets = secrets
        actorName = actor.name
        key = try failingWithSecretStoreErrors { try SealingKey(contentsOf: keyFile) }
        let opened = try secrets.open()
        try failingWithSecretStoreErrors { try opened.refuse(unless: key) }
        _ = try ConnectionChange(secrets: opened, store: store, actor: actor)
    }

    /// The organisations whose connections have secrets and were not tested since `time`; nil for all. One that waits for
    /// the customer is due at any time; and a test in the future is none: the clock was wrong.
    func due(since time: Timestamp?) throws -> [OrganisationID] {
        var due: [OrganisationID] = []
        let known = try failingWithSecretStoreErrors { Set(try secrets.open().identities().map(\.connection)) }
        let now = Timestamp()
        try failingWithStoreErrors {
            try store.reader().forEachConnection { organisation, connection in
                guard known.contains(connection.id) else { return }
                let isTested = connection.lastTestedAt.map { tested in
                    guard let time, let now else { return false }
                    return time < tested && tested <= now && connection.status != .pendingCustomerSetup
                }
                if isTested != true { due.append(organisation) }
            }
        }
        return due
    }

    /// - Throws: ``ProgramFailure`` if there is no connection, or nothing to sign in with.
    func subject(of organisation: OrganisationID) throws -> Subject {
        var found: WarehouseConnection?
        try failingWithStoreErrors { found = try store.reader().connection(of: organisation) }
        guard let connection = found else {
            throw ProgramFailure(.no, "organisation \(organisation) has no warehouse connection")
        }
        let credentials = try credentials(of: connection, organisation)
        guard let index = credentials.firstIndex(where: { $0.publicKey == connection.publicKey }) else {
            throw ProgramFailure(.no, "\(connection.id): what it signs in with is not in the store of secrets")
        }
        return Subject(
            connection: connection,
            credential: credentials[index],
            predecessor: credentials[(index + 1)...].first
        )
    }

    /// Writes what a test has found, unless somebody has changed the connection meanwhile.
    func record(
        _ tested: WarehouseConnection,
        insteadOf before: WarehouseConnection,
        of organisation: OrganisationID
    ) throws {
        try failingWithStoreErrors {
            try store.writer().transaction(by: actorName) { transaction in
                guard try transaction.connection(of: organisation) == before else {
                    throw ProgramFailure(.temporaryFailure, "it was changed during the test: test again")
                }
                try transaction.put(tested, for: organisation, as: .test)
            }
        }
    }

    /// The newest first.
    private func credentials(
        of connection: WarehouseConnection,
        _ organisation: OrganisationID
    ) throws -> [Credential] {
        try failingWithSecretStoreErrors {
            let opened = try secrets.open()
            let identities = try opened.identities(of: organisation).filter { $0.connection == connection.id }
            return try identities.sorted { $0.version > $1.version }.compactMap { id in
                guard let secret = try opened.open(id, with: key) else { return nil }
                return try Credential(secret, called: id.name)
            }
        }
    }
}

extension Credential {
    fileprivate var publicKey: PublicKey? {
        if case .keyPair(let key) = self { key.publicKey } else { nil }
    }

    fileprivate init(_ secret: Secret, called name: SecretName) throws {
        guard name == .privateKey else {
            self = .password(
                secret.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
            )
            return
        }
        self = .keyPair(
            try secret.withBytes { bytes in
                var copy = unsafe bytes.withUnsafeBytes { unsafe Data($0) }
                defer {
                    unsafe copy.withUnsafeMutableBytes { unsafe _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
                }
                return try SigningKey(pkcs8: copy)
            }
        )
    }
}
