/// What an endpoint waits for. At most one of each is armed.
package enum EndpointTimer: Hashable, Sendable {
    /// A start that takes too long.
    case start
    /// Idle for long enough.
    case idle
    /// The agent owes an answer whether it stops.
    case answer
    /// A stop that takes too long.
    case stop
    /// The pause after a failed start is over.
    case backOff
}
