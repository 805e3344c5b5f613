/// What a handler's task hands down to the calls that it makes.
package enum CallScope {
    /// When the call that is being served must have ended; `nil` outside of one and for one without a limit.
    @TaskLocal package static var deadline: ContinuousClock.Instant?

    /// Calls made by the body end with the call it serves.
    static func with<Value>(_ deadline: ContinuousClock.Instant?, _ body: () throws -> Value) throws -> Value {
        guard let deadline else { return try body() }
        return try $deadline.withValue(deadline) { try body() }
    }

    static func with<Value>(
        _ deadline: ContinuousClock.Instant?, _ body: () async throws -> Value
    ) async throws -> Value {
        guard let deadline else { return try await body() }
        return try await $deadline.withValue(deadline) { try await body() }
    }
}

extension CallOptions {
    /// The time that a call has: its own, or what is left of the call on whose behalf it is made, whichever is less.
    package func timeout(at now: ContinuousClock.Instant) -> Duration? {
        guard let inherited = CallScope.deadline.map({ now.duration(to: $0) }) else { return timeout }
        return timeout.map { min($0, inherited) } ?? inherited
    }
}
