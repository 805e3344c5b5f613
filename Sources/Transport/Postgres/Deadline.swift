internal import Synchronization

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
                    try await Alarm.wait(until: instant)
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

    /// Somebody owes the work an answer, and has been silent for longer than the limit. The work has been cancelled, and
    /// has ended.
    package struct Silent: Error, Equatable {}

    /// When the other side was last heard.
    package final class Pulse: Sendable {
        private let last = Mutex(ContinuousClock.now)

        /// It was heard just now.
        package func beat() { last.withLock { $0 = .now } }

        fileprivate var lastBeat: ContinuousClock.Instant { last.withLock { $0 } }
    }

    /// As ``run(until:_:)``, and ends too when `body` lets no pulse be heard for `silenceLimit`.
    /// - Throws: also `Silent`.
    package static func run<Value: Sendable>(
        until instant: ContinuousClock.Instant, silenceLimit: Duration?,
        _ body: @escaping @Sendable (Pulse) async throws -> Value
    ) async throws -> Value {
        let pulse = Pulse()
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body(pulse) }
            group.addTask {
                while !Task.isCancelled {
                    let end = silenceLimit.map { pulse.lastBeat + $0 } ?? instant
                    if ContinuousClock.now >= instant { throw Passed() }
                    if ContinuousClock.now >= end { throw Silent() }
                    // Cancelled once the body has ended.
                    try? await Alarm.wait(until: min(instant, end))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    private enum First<Value: Sendable>: Sendable { case value(Value), passed, cancelled }
}
