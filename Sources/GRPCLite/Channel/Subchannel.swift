/// One address of a channel, and how it stands with it.
///
/// ```
/// idle ──▶ connecting ──▶ ready ──▶ idle
///              └──▶ backingOff ──▶ idle
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

    var isConnecting: Bool {
        if case .connecting = state { true } else { false }
    }
}

/// Counts the subchannels of one channel; never used again.
package struct SubchannelID: Hashable, Sendable {
    package var rawValue: Int
}
