/// One address of a channel, and how it stands with it.
///
/// ```
/// idle ──▶ connecting ──▶ ready ──▶ idle
///              │            │ fruitless
///              └────────────┴▶ backingOff ──▶ idle
/// ```
struct Subchannel<Address: Hashable & Sendable>: Equatable {
    enum State: Equatable {
        case idle
        case connecting(since: ContinuousClock.Instant)
        case ready
        /// Has failed, and waits before it tries again.
        case backingOff
    }

    let id: SubchannelID
    let address: Address
    var state = State.idle
    /// In a row.
    var failures = 0
    /// Connections in a row that were lost as soon as they were made, and had answered nothing.
    var fruitless = 0
    /// When the last attempt began.
    var attemptedAt: ContinuousClock.Instant?

    var isConnecting: Bool {
        if case .connecting = state { true } else { false }
    }
}

/// Counts the subchannels of one channel; never used again.
package struct SubchannelID: Hashable, Sendable {
    package var rawValue: Int
}
