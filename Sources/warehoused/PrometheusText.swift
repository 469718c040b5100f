/// Writes metrics in Prometheus's text format, version 0.0.4. Label values here need no escapes.
///
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
struct PrometheusText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    private(set) var text = ""

    /// A family of one sample without labels.
    mutating func sample(_ name: String, _ kind: Kind, _ help: String, _ value: some Numeric) {
        family(name, kind, help) { $0.sample([], value) }
    }

    mutating func family(_ name: String, _ kind: Kind, _ help: String, _ samples: (inout Family) -> Void) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        var family = Family(name: name)
        samples(&family)
        text += family.text
    }

    /// The samples of one family.
    struct Family {
        typealias Labels = [(name: String, value: String)]

        fileprivate let name: String
        fileprivate var text = ""

        mutating func sample(_ labels: Labels, _ value: some Numeric) {
            line("", labels, "\(value)")
        }

        mutating func histogram(_ labels: Labels, _ histogram: Histogram) {
            var count = 0
            for (bound, inRange) in zip(Histogram.bounds + ["+Inf"], histogram.counts) {
                count += inRange
                line("_bucket", labels + [("le", bound)], "\(count)")
            }
            line("_sum", labels, "\(histogram.sum / .seconds(1))")
            line("_count", labels, "\(count)")
        }

        private mutating func line(_ suffix: String, _ labels: Labels, _ value: String) {
            let list = labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
            text += "\(name)\(suffix)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
        }
    }
}
