import Testing

@testable import warehoused

struct ProcessFiguresTests {
    @Test(arguments: [
        "process_cpu_seconds_total", "process_threads", "process_virtual_memory_bytes", "process_resident_memory_bytes",
        "process_open_fds", "process_max_fds", "process_start_time_seconds",
    ])
    func tellsMoreThanNothing(_ name: String) throws {
        var text = PrometheusText()
        ProcessFigures().write(to: &text)
        let line = try #require(text.text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
        let value = try #require(line.split(separator: " ").last.flatMap { Double($0) })
        #expect(value > 0)
    }
}
