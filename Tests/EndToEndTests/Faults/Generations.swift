import Foundation
import TestSupport

/// Import files whose lines all tell which file they are from. A store that holds one of them whole was torn neither
/// between rows nor in one.
struct Generations {
    private let example: String
    private static let organisations = 101...140
    static let count = organisations.count

    init() throws {
        example = String(try Fixture.text("connections.ndjson").prefix { $0 != "\n" })
    }

    /// Scripts of very different lengths, so that pages are split and freed.
    func lines(_ number: Int) -> String {
        Self.organisations.map { organisation in
            let padding = String(repeating: "-- \(number)\\n", count: (number * 37 + organisation * 101) % 900)
            return example.replacing("\"organisation\":1,", with: "\"organisation\":\(organisation),")
                .replacing("wc_abc123", with: "wc_generation\(organisation)")
                .replacing("-- Flagsmith Analytics", with: "-- generation \(number)\\n\(padding)") + "\n"
        }.joined()
    }

    /// Which file the store's rows are from, compared byte for byte; 0 if it holds none of them.
    func number(inStore store: String) async throws -> Int {
        let exported = try await Program.run(Program.warehousectl, ["export", "--store", store])
        let lines = exported.output.split(separator: "\n", omittingEmptySubsequences: true)
            .filter { $0.contains("wc_generation") }
        guard let first = lines.first else { return 0 }
        guard let number = first.firstMatch(of: /-- generation ([0-9]+)\\n/).flatMap({ Int($0.1) }),
            lines.map({ $0 + "\n" }).joined() == self.lines(number)
        else { throw Torn(found: lines.map { $0.prefix(400) }.joined(separator: "\n")) }
        return number
    }

    struct Torn: Error {
        let found: String
    }
}
