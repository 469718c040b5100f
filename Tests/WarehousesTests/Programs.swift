import Subprocess
import Testing

/// Runs commands of the shell to their end and returns what they print; `variables` are in their environment.
func shell(
    _ commands: String,
    _ variables: [String: String] = [:],
    input: [UInt8] = [],
    longestOutput: Int = 1 << 20
) async throws -> String {
    let result = try await Subprocess.run(
        .name("sh"),
        arguments: ["-ec", commands],
        environment: .inherit.updating(
            Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })
        ),
        input: .array(input),
        output: .string(limit: longestOutput),
        error: .string(limit: 1 << 20)
    )
    let output = result.standardOutput
    try #require(result.terminationStatus.isSuccess, "\(commands): \(result.standardError) \(output.suffix(2000))")
    return output
}
