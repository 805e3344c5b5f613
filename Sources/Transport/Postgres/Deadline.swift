/// An end for work that waits for others.
package enum Deadline {
    /// The work did not finish in time. It has been cancelled, and has ended.
    package struct Passed: Error, Equatable {}

    /// Runs `body`, and cancels it when the instant comes first.
    ///
    /// `body` must end soon after cancellation, and must not return what somebody has to close: a value that comes too
    /// late is dropped.
    /// - Throws: `Passed`, or whatever `body` throws; after cancellation of the caller that is `body`'s own error.
    package static func run<Value: Sendable>(
        until instant: ContinuousClock.Instant, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        return try await withThrowingTaskGroup(of: First<Value>.self) { group in
            group.addTask { .value(try await body()) }
            group.addTask {
                do {
                    try await Task.sleep(until: instant, clock: .continuous)
                    return .passed
                } catch {
                    return .cancelled
                }
            }
            defer { group.cancelAll() }
            while let first = try await group.next() {
                switch first {
                case .value(let value): return value
                case .passed: throw Passed()
                case .cancelled: continue
                }
            }
            throw CancellationError()
        }
    }

    private enum First<Value: Sendable>: Sendable { case value(Value), passed, cancelled }
}
