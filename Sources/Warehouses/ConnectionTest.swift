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
    private let settings: NetworkSettings

    public init(_ settings: NetworkSettings) { self.settings = settings }

    /// Signs in to the warehouse and tries one step after the other. It changes nothing there that a loader would see, and
    /// blocks for as long as the settings' timeout at most.
    ///
    /// - Throws: ``TestFailure`` of the first step that fails.
    public func run(
        _ configuration: WarehouseConfiguration,
        with credential: Credential
    ) throws(TestFailure) {
        do {
            // What was imported may be anything, and becomes a part of a URL.
            try configuration.check()
            switch (configuration.type, credential) {
            case (.snowflake, .keyPair(let key)): try Snowflake.test(configuration, with: key, settings)
            case (.clickHouse, .password(let password)):
                try ClickHouse.test(configuration, password: password, settings)
            default: throw TestFailure("there is no test for \(configuration.type.name)")
            }
        } catch let failure as TestFailure {
            throw failure
        } catch let invalid as InvalidValue {
            throw TestFailure("\(invalid)", advice: "give another one: warehousectl update, or delete and create")
        } catch {
            throw TestFailure("\(error)")
        }
    }
}
