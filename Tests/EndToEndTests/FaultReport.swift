import Foundation

/// What a test that met a fault shows: the tool to the operator, and the API.
struct FaultReport {
    let exitCode: Int32
    let status: String
    let lastError: String?
    let lastTestedAt: String?
    /// What the tool prints, on either stream.
    let printed: String

    /// What to do, for whoever reads it.
    var advice: String { printed.split(separator: "\n").filter { $0.hasPrefix("    ") }.joined(separator: "; ") }

    /// Tests the connection of `organisation`, and prints what came of it as a row of a table.
    ///
    /// - Parameter run: runs the tool with these arguments; nil for as usual.
    init(
        _ fault: String,
        of organisation: Int,
        in office: Office,
        _ words: [String],
        run: (([String]) async throws -> Outcome)? = nil
    ) async throws {
        let words = ["--organisation", "\(organisation)"] + words
        let outcome =
            if let run { try await run(office.words("test", words)) } else { try await office.try("test", words) }
        let connection = try await office.connection(organisation)
        exitCode = outcome.exitCode
        status = connection["status"] as? String ?? ""
        lastError = connection["last_error"] as? String
        lastTestedAt = connection["last_tested_at"] as? String
        printed = outcome.output + outcome.error
        let type = connection["type"] as? String ?? ""
        let notTested = outcome.error.replacing("warehousectl: ", with: "")
        let cells = [
            fault, type, "\(exitCode)", status, String(lastError?.prefix(120) ?? "null"), advice + notTested,
        ]
        print("| \(cells.map(Self.cell).joined(separator: " | ")) |")
    }

    /// On one line of a table in Markdown.
    private static func cell(_ text: String) -> String {
        text.split { $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
            .joined(separator: " ").replacing("|", with: "\\|")
    }
}
