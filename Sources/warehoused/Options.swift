import ArgumentParser

/// The options of `warehoused` as they were typed; ``Settings`` gives them their meaning.
struct Options: ParsableArguments {
    @Option(help: "The store of connections. (default: \(Settings.defaultStore))")
    var store: String?

    @Option(help: ArgumentHelp("Where to listen: unix:<path> or <ip>:<port>.", valueName: "address"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "Where to show the metrics and the health of this process, over FastCGI: unix:<path> or <ip>:<port>. "
                + "(default: nowhere)",
            valueName: "address"
        )
    )
    var statusListen: String?

    @Option(help: "How many requests are answered at once. (default: 2 × cores, at least 4)")
    var threads: String?

    @Option(
        help: ArgumentHelp(
            "Who says who may read what: keys (API keys) or gateway (the web server). (default: keys)",
            valueName: "mode"
        )
    )
    var authorisation: String?

    @Option(
        help: ArgumentHelp(
            "An origin whose pages may read answers, with their cookies; may be repeated. (default: any, without)",
            valueName: "origin"
        )
    )
    var allowOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "trace, debug, info (with a line for each request), notice, warning, error or critical. (default: notice)",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp("How long unfinished requests may take after SIGTERM. (default: 10)", valueName: "seconds")
    )
    var drainTimeout: String?
}
