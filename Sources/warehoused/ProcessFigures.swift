import Foundation

/// What the system says of this process, under the names that Prometheus's client libraries use.
///
/// Source: proc(5).
struct ProcessFigures {
    private let startTime = Date()

    func write(to text: inout PrometheusText) {
        // After the name, which is in parentheses and may hold spaces: the third field and those that follow.
        let fields = Self.read("stat").split(separator: ")").last?.split(separator: " ") ?? []
        func field(_ number: Int) -> Double { fields.count > number - 3 ? Double(fields[number - 3]) ?? 0 : 0 }
        let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
        text.sample("process_cpu_seconds_total", .counter, "Time on a CPU.", (field(14) + field(15)) / ticks)
        text.sample("process_threads", .gauge, "Threads.", Int(field(20)))
        text.sample("process_virtual_memory_bytes", .gauge, "Address space.", Int(field(23)))
        text.sample(
            "process_resident_memory_bytes",
            .gauge,
            "Memory in use.",
            Int(field(24)) * Int(sysconf(CInt(_SC_PAGESIZE)))
        )
        // One of them is the directory that is read. Without a descriptor left for that, nothing is said.
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            text.sample("process_open_fds", .gauge, "Open descriptors.", open - 1)
        }
        let limit = Self.read("limits").split(separator: "\n").first { $0.hasPrefix("Max open files") }
        let limits = limit?.split(separator: " ").compactMap { Double($0) } ?? []
        text.sample("process_max_fds", .gauge, "Descriptors that may be open.", limits.first ?? .infinity)
        text.sample(
            "process_start_time_seconds",
            .gauge,
            "When the process started, since 1970.",
            startTime.timeIntervalSince1970
        )
    }

    private static func read(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/self/\(name)", encoding: .utf8)) ?? ""
    }
}
