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
        guard let index = credentials.firstIndex(where: { $0.publicKey == connection.publicKey }) else {
            throw ProgramFailure(.no, "\(connection.id): what it signs in with is not in the store of secrets")
        }
        return Subject(
            connection: connection,
            credential: credentials[index],
            predecessor: credentials[(index + 1)...].first
        )
    }

    /// Writes what a test of `tested` has found, unless it is another connection by now; returns it as it is stored.
    ///
    /// - Throws: ``ProgramFailure``, also if the stores are closed.
    func record(
        _ failure: TestFailure?,
        of tested: WarehouseConnection,
        of organisation: OrganisationID
    ) throws -> WarehouseConnection {
        try isClosed.withLock { isClosed in
            guard !isClosed else { throw ProgramFailure(.temporaryFailure, "the test was broken off") }
            return try write(failure, of: tested, of: organisation)
        }
    }

    private func write(
        _ failure: TestFailure?,
        of tested: WarehouseConnection,
        of organisation: OrganisationID
    ) throws -> WarehouseConnection {
        guard let now = Timestamp() else { throw ProgramFailure(.ioError, "the clock has no time") }
        var stored = tested
        try failingWithStoreErrors {
            try store.writer().transaction(by: actor.name) { transaction in
                guard let current = try transaction.connection(of: organisation), current.isSetUp(like: tested) else {
                    throw ProgramFailure(.temporaryFailure, "it was changed during the test: test again")
                }
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
    ) throws -> [Credential] {
        try failingWithSecretStoreErrors {
            let identities = try opened.identities(of: organisation).filter { $0.connection == connection.id }
            return try identities.sorted { $0.version > $1.version }.compactMap { id in
                guard let secret = try opened.open(id, with: key) else { return nil }
                return try Credential(secret, called: id.name)
            }
        }
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
