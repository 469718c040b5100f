/// What wrk reports of its requests.
struct LoadReport {
    let requests: Int
    /// Those that were not answered with 200 or 304.
    let failures: Int
    let report: String

    init(_ report: String) {
        func number(_ pattern: Regex<(Substring, Substring)>) -> Int {
            report.matches(of: pattern).reduce(0) { $0 + (Int($1.1) ?? 0) }
        }
        self.report = report
        requests = number(/(\d+) requests in/)
        failures = number(/Non-2xx or 3xx responses: (\d+)/) + number(/(?:connect|read|write|timeout) (\d+)/)
    }
}
