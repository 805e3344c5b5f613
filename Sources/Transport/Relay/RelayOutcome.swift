package import PostgresWire

/// How a relay ended.
package struct RelayOutcome: Sendable, Equatable {
    package enum Side: String, Sendable, Equatable { case client, upstream }

    package enum Ending: Sendable, Equatable, CustomStringConvertible {
        /// Both sides said their last byte; this one was the first to.
        case finished(first: Side)
        /// This side broke, without a lawful end.
        case failed(Side, StreamFailure)
        /// This side had finished, and the other one neither followed nor sent anything for `RelayLimits.halfClose`.
        case drainLimitReached(first: Side)
        /// Neither side sent anything for `RelayLimits.idle`. Both streams are still open.
        case idleLimitReached
        /// The control asked for an end, and the session had nothing under way. Both streams are still open.
        case idlePointReached
        /// The calling task was cancelled, or the control asked for an end at once. Both streams are still open.
        case cancelled
        /// One of the streams is read by somebody else, or by another relay. Nothing was moved.
        case unusable

        /// For logs. Every session has one, and reflection, which would say the same, is slow.
        package var description: String {
            switch self {
            case .finished(let first): "finished(first: \(first.rawValue))"
            case .failed(let side, let failure): "failed(\(side.rawValue), \(failure))"
            case .drainLimitReached(let first): "drainLimitReached(first: \(first.rawValue))"
            case .idleLimitReached: "idleLimitReached"
            case .idlePointReached: "idlePointReached"
            case .cancelled: "cancelled"
            case .unusable: "unusable"
            }
        }
    }

    /// Plaintext bytes read from the client and written towards the upstream.
    package var bytesFromClient: Int
    /// Plaintext bytes read from the upstream and written towards the client.
    package var bytesToClient: Int
    package var ending: Ending
    /// Where the session stood at the end, when it was followed.
    package var cycle: QueryCycle?

    package init(bytesFromClient: Int, bytesToClient: Int, ending: Ending, cycle: QueryCycle? = nil) {
        self.bytesFromClient = bytesFromClient
        self.bytesToClient = bytesToClient
        self.ending = ending
        self.cycle = cycle
    }

    init(nothingMoved ending: Ending) {
        self.init(bytesFromClient: 0, bytesToClient: 0, ending: ending)
    }

    /// Whether a message of ours may follow what the client was sent. In the middle of a row our words would be data.
    package var isClientAddressable: Bool { cycle?.isClientAddressable == true }
}
