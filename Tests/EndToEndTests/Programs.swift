import Foundation
import Subprocess
import SystemPackage
import TestSupport

/// How a program that ran to its end ended.
struct Outcome {
    let exitCode: Int32
    let output: String
    let error: String
}

/// The programs under test and those that they work with.
enum Program {
    static let warehoused = built("warehoused")
    static let warehousectl = built("warehousectl")

    /// Next to the test bundle.
    private static func built(_ name: String) -> String {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        let products = bundle.map { URL(filePath: $0).deletingLastPathComponent().path() }
        return (products ?? Fixture.project + ".build/debug/") + name
    }

    /// No proxy of whoever runs the tests: stand-ins are on this machine.
    static let withoutProxy: [String: String?] = [
        "https_proxy": nil, "HTTPS_PROXY": nil, "no_proxy": nil, "NO_PROXY": nil,
    ]

    /// Runs a program to its end. A name without a slash is looked up in PATH.
    ///
    /// - Parameter environment: what differs from the tests' own; nil for a variable that is not there.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String?] = [:],
        input: String = ""
    ) async throws -> Outcome {
        // From a file: a program that ends before it has read all of a pipe would end the tests with it.
        let directory = try TemporaryDirectory()
        try Data(input.utf8).write(to: URL(filePath: directory("input")))
        let result = try await Subprocess.run(
            executable(program),
            arguments: Arguments(arguments),
            environment: .inherit.updating(variables(environment)),
            input: .fileDescriptor(
                .open(FilePath(directory("input")), .readOnly),
                closeAfterSpawningProcess: true
            ),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20)
        )
        return Outcome(
            exitCode: result.terminationStatus.code,
            output: result.standardOutput,
            error: result.standardError
        )
    }

    /// Runs a program while `body` works with it, then ends it with SIGTERM and waits for it.
    ///
    /// - Parameter log: the file that takes its standard output and error.
    /// - Returns: what `body` returned, and the program's exit code; that of a signal is negative.
    static func withRunning<Result: Sendable>(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String,
        body: (pid_t) async throws -> Result
    ) async throws -> (result: Result, exitCode: Int32) {
        let file = try FileDescriptor.open(
            FilePath(log),
            .writeOnly,
            options: [.create, .append],
            permissions: [.ownerReadWrite]
        )
        // A test that runs out of time is cancelled: nginx's workers would survive a SIGKILL of their master.
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let outcome = try await Subprocess.run(
            executable(program),
            arguments: Arguments(arguments),
            environment: .inherit.updating(variables(environment)),
            platformOptions: options,
            input: .none,
            output: .fileDescriptor(file, closeAfterSpawningProcess: true),
            error: .combinedWithOutput
        ) { execution in
            let outcome: Swift.Result<Result, any Error>
            do {
                outcome = .success(try await body(execution.processIdentifier.value))
            } catch {
                outcome = .failure(error)
            }
            try? execution.send(signal: .terminate)
            return try outcome.get()
        }
        return (outcome.closureResult, outcome.terminationStatus.code)
    }

    private static func executable(_ program: String) -> Executable {
        program.contains("/") ? .path(FilePath(program)) : .name(program)
    }

    private static func variables(_ environment: [String: String?]) -> [Environment.Key: String?] {
        Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) })
    }
}

extension TerminationStatus {
    var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}

struct TimedOut: Error {}

/// Calls `attempt` until it succeeds, for at most 30 s; but at least twenty times, should the machine be that busy.
func eventually<Result>(_ attempt: () async throws -> Result?) async throws -> Result {
    let deadline = ContinuousClock.now + .seconds(30)
    var attempts = 0
    while ContinuousClock.now < deadline || attempts < 20 {
        attempts += 1
        if let result = try? await attempt() { return result }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw TimedOut()
}
