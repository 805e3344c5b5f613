internal import Transport

/// Work that must not take for ever.
enum TimeLimit {
    struct Passed: Error, CustomStringConvertible {
        var description: String
    }

    /// Cancels `work` when `limit` has passed, and then waits for it to heed that.
    static func run<Value: Sendable>(
        _ limit: Duration, _ what: String, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await Deadline.run(until: .now + limit, work)
        } catch is Deadline.Passed {
            throw Passed(description: "\(what): no answer within \(limit)")
        }
    }
}
