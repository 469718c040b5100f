public import WarehouseConnections

/// What a test signs in with.
public enum Credential: Sendable {
    case keyPair(SigningKey)
    /// Text that HTTP can carry in a header.
    case password(String)
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Tries whether a connection works: as the loader would, up to the last thing that loading needs.
public struct ConnectionTest: Sendable {
    private let configuration: WarehouseConfiguration
    private let settings: NetworkSettings
    private let deadline: ContinuousClock.Instant

    /// The test ends within the settings' timeout from now, however often it runs.
    public init(of configuration: WarehouseConfiguration, _ settings: NetworkSettings) {
        self.configuration = configuration
        self.settings = settings
        deadline = .now + settings.timeout
    }

    /// Whether there is time for one more attempt.
    public var hasTimeLeft: Bool { .now < deadline - settings.reserve }

    /// Signs in to the warehouse and tries one step after the other. It changes nothing there that a loader would see, and
    /// blocks until the deadline at most.
    ///
    /// - Returns: what may still keep a loader from writing, with what to do about it; nil if nothing is known.
    /// - Throws: ``TestFailure`` of the first step that fails.
    public func run(with credential: Credential) throws(TestFailure) -> String? {
        do {
            // What was imported may be anything, and becomes a part of a URL.
            try configuration.check()
            switch (configuration.type, credential) {
            case (.snowflake, .keyPair(let key)):
                return try Snowflake.test(configuration, with: key, settings, deadline)
            case (.clickHouse, .password(let password)):
                try ClickHouse.test(configuration, password: password, settings, deadline)
                return nil
            default:
                throw TestFailure("\(configuration.type.name): its secret is of another kind", cause: .service)
            }
        } catch let failure as TestFailure {
            throw failure
        } catch let invalid as InvalidValue {
            throw TestFailure("\(invalid)", hint: "give another one: warehousectl update, or delete and create")
        } catch {
            throw TestFailure("\(error)", cause: .service)
        }
    }
}
