/// Work that must not take for ever.
enum TimeLimit {
    struct Passed: Error, CustomStringConvertible {
        var description: String
    }

    /// Cancels `work` when `limit` has passed, and then waits for it to heed that.
    static func run<Value: Sendable>(
        _ limit: Duration, _ what: String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Passed(description: "\(what): no answer within \(limit)")
            }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
