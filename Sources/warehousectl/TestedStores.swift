import Foundation
import Glibc
import SecretStore
import StoreFiles
import Synchronization
import Sysexits
import WarehouseConnections
import Warehouses

/// The stores as tests use them: each opened for a moment only, since a test takes longer than others should wait for a
/// lock, and by one thread at a time.
final class TestedStores: Sendable {
    /// What one test needs.
    struct Subject: Sendable {
        let connection: WarehouseConnection
        let credential: Credential
        /// Which of the connection's secrets that is. A password leaves no other trace in its connection.
        let version: SecretVersion
        /// The key pair that a rotation under way will retire.
        let predecessor: Credential?
    }

    private let store: StoreOptions
    private let secrets: SecretsOptions
    private let key: SealingKey
    private let actor: ActorOptions
    /// Whoever holds it has the stores for itself.
    private let isClosed = Mutex(false)

    /// Settles what interrupted changes have left.
    ///
    /// - Throws: ``ProgramFailure`` if a store can't be used, or `keyFile` does not open the secrets.
    init(store: StoreOptions, secrets: SecretsOptions, keyFile: String, actor: ActorOptions) throws {
        self.store = store
        self.secrets = secrets
        self.actor = actor
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

    /// From now on no result is stored.
    func close() { isClosed.withLock { $0 = true } }

    /// - Throws: ``ProgramFailure`` if there is no connection, or nothing to sign in with.
    func subject(of organisation: OrganisationID) throws -> Subject {
        try isClosed.withLock { _ in try findSubject(of: organisation) }
    }

    private func findSubject(of organisation: OrganisationID) throws -> Subject {
        // Its lock keeps changes of connections away, so that what is read of both stores belongs together.
        let opened = try secrets.open()
        try settle(opened)
        var found: WarehouseConnection?
        try failingWithStoreErrors { found = try store.reader().connection(of: organisation) }
        guard let connection = found else {
            throw ProgramFailure(.no, "organisation \(organisation) has no warehouse connection")
        }
        let credentials = try credentials(of: connection, organisation, in: opened)
        guard let index = credentials.firstIndex(where: { $0.credential.publicKey == connection.publicKey }) else {
            throw ProgramFailure(.no, "\(connection.id): what it signs in with is not in the store of secrets")
        }
        return Subject(
            connection: connection,
            credential: credentials[index].credential,
            version: credentials[index].version,
            predecessor: credentials[(index + 1)...].first?.credential
        )
    }

    /// Writes what a test has found, unless its subject is another one by now; returns the connection as it is stored.
    ///
    /// - Throws: ``ProgramFailure``, also if the stores are closed.
    func record(
        _ failure: TestFailure?,
        of subject: Subject,
        of organisation: OrganisationID
    ) throws -> WarehouseConnection {
        try isClosed.withLock { isClosed in
            guard !isClosed else { throw ProgramFailure(.temporaryFailure, "the test was broken off") }
            return try write(failure, of: subject, of: organisation)
        }
    }

    private func write(
        _ failure: TestFailure?,
        of subject: Subject,
        of organisation: OrganisationID
    ) throws -> WarehouseConnection {
        guard let now = Timestamp() else { throw ProgramFailure(.ioError, "the clock has no time") }
        // Its lock keeps changes of secrets away until the result is stored.
        let opened = try secrets.open()
        try settle(opened)
        let newest = try failingWithSecretStoreErrors {
            try identities(of: subject.connection, organisation, in: opened).first?.version
        }
        guard newest == subject.version else { throw Self.wasChanged }
        var stored = subject.connection
        try failingWithStoreErrors {
            try store.writer().transaction(by: actor.name) { transaction in
                guard let current = try transaction.connection(of: organisation),
                    current.isSetUp(like: subject.connection)
                else { throw Self.wasChanged }
                stored = try current.tested(
                    at: now,
                    error: failure?.text,
                    isOfSignIn: failure?.cause == .signIn
                )
                try transaction.put(stored, for: organisation, as: .test)
            }
        }
        return stored
    }

    private static let wasChanged = ProgramFailure(.temporaryFailure, "it was changed during the test: test again")

    private func settle(_ opened: SecretStore) throws {
        let path = withoutLinks(try store.path())
        let isUnsettled = try failingWithSecretStoreErrors { try !opened.unsettled(of: path).isEmpty }
        if isUnsettled { _ = try ConnectionChange(secrets: opened, store: store, actor: actor) }
    }

    /// The newest first.
    private func credentials(
        of connection: WarehouseConnection,
        _ organisation: OrganisationID,
        in opened: SecretStore
    ) throws -> [(credential: Credential, version: SecretVersion)] {
        try failingWithSecretStoreErrors {
            try identities(of: connection, organisation, in: opened).compactMap { id in
                guard let secret = try opened.open(id, with: key) else { return nil }
                return (try Credential(secret, called: id.name), id.version)
            }
        }
    }

    /// The newest first.
    private func identities(
        of connection: WarehouseConnection,
        _ organisation: OrganisationID,
        in opened: SecretStore
    ) throws(SecretStoreError) -> [SecretID] {
        try opened.identities(of: organisation).filter { $0.connection == connection.id }
            .sorted { $0.version > $1.version }
    }
}

extension WarehouseConnection {
    /// Whether a test of one says as much of the other.
    fileprivate func isSetUp(like other: WarehouseConnection) -> Bool {
        id == other.id && configuration.type == other.configuration.type
            && configuration.values == other.configuration.values && publicKey == other.publicKey
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
                    unsafe copy.withUnsafeMutableBytes { copy in
                        if let start = copy.baseAddress { unsafe explicit_bzero(start, copy.count) }
                    }
                }
                return try SigningKey(pkcs8: copy)
            }
        )
    }
}
