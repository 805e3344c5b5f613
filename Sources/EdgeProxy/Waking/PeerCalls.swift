package import Gossip

/// Asks another member to wake an endpoint.
package protocol PeerCalls: Sendable {
    /// - Returns: its answer, or that there was none: nobody there, or nobody alive enough to keep the beat.
    func wake(_ request: PeerWake, at member: MemberID) async -> PeerAnswer
}

package struct PeerWake: Sendable, Equatable {
    package var endpoint: EndpointName
    /// The newest generation found wanting; 0 for none.
    package var seen: UInt64
    /// How often this question has been passed on. Whoever is asked with ``hopLimit`` answers it by itself.
    package var hops: UInt32
    package var session: SessionContext
    package var deadline: ContinuousClock.Instant

    package static let hopLimit: UInt32 = 1

    package init(
        endpoint: EndpointName, seen: UInt64, hops: UInt32, session: SessionContext, deadline: ContinuousClock.Instant
    ) {
        self.endpoint = endpoint
        self.seen = seen
        self.hops = hops
        self.session = session
        self.deadline = deadline
    }
}

package enum PeerAnswer: Sendable, Equatable {
    case outcome(WakeFlights.Outcome)
    /// Worth asking the next rank.
    case silent(detail: String)
}
