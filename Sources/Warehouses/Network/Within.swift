/// What `body` returns, or nil if it takes longer than `time`; then it is cancelled.
func within<Success: Sendable>(
    _ time: Duration,
    _ body: @escaping @Sendable () async throws -> Success
) async throws -> Success? {
    try await withThrowingTaskGroup(of: Success?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: max(.zero, time))
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
