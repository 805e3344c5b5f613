package import Gossip
package import PostgresWire

/// The other proxies, as far as cancel requests go.
package protocol CancelPeers: Sendable {
    /// Members, this one aside, that are alive and that `owner` may name.
    func members(named owner: CancelOwner) -> [MemberID]

    /// Has a member serve the request. Returns when its compute has acted.
    func cancel(
        _ key: CancelKey, from origin: ClientOrigin, at member: MemberID, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome
}

/// For a proxy that is alone.
package struct NoCancelPeers: CancelPeers {
    package init() {}

    package func members(named owner: CancelOwner) -> [MemberID] { [] }

    package func cancel(
        _ key: CancelKey, from origin: ClientOrigin, at member: MemberID, deadline: ContinuousClock.Instant
    ) async -> CancelOutcome { .notFound }
}
