import TestSupport

/// Packages from PyPI in an environment of their own: all that `<name>.txt` in this directory lists, each in one version.
struct PythonEnvironment {
    let name: String

    /// Runs commands of the shell, for which `$bin` has the programs and `$project` is this project's directory, and
    /// returns what they print.
    func run(
        _ commands: String,
        _ variables: [String: String] = [:],
        input: [UInt8] = [],
        longestOutput: Int = 1 << 20
    ) async throws -> String {
        let place = ["project": Fixture.project, "name": name]
        return try await shell(
            "\(Self.install)\n\(commands)",
            place.merging(variables) { $1 },
            input: input,
            longestOutput: longestOutput
        )
    }

    /// Made once for each list of packages, by one process at a time.
    private static let install = """
        packages=${project}Tests/WarehousesTests/$name.txt
        environment=$project.build/$name-$(sha256sum "$packages" | cut -c 1-8)
        bin=$environment/bin
        exec 9> "$environment.lock"
        flock 9
        if [ ! -e "$environment/complete" ]; then
            rm -rf "$environment"
            python3 -m venv "$environment" >&2
            "$bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$packages" >&2
            touch "$environment/complete"
        fi
        exec 9>&-
        """
}
