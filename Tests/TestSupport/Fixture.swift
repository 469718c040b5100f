import Foundation

/// The example files in `Tests/Fixtures`.
public enum Fixture {
    /// Import lines for organisations 1, 2 and 3.
    public static let connections = path("connections.ndjson")

    /// The project's top folder.
    public static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path()

    public static func path(_ name: String) -> String { project + "Tests/Fixtures/" + name }

    public static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}
