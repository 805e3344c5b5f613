package import Gossip

/// Finds an endpoint's compute, waking it when nothing is running.
package protocol Waker: Sendable {
    /// Where the endpoint's compute listens; waits for one to start if need be.
    ///
    /// Call it only for a client that has proved who it is. Many callers at once cost one wake. A caller whose task is
    /// cancelled leaves; the wake itself goes on.
    ///
    /// - Throws: ``WakeFailure``, also when `deadline` passes first.
    func location(
        of endpoint: EndpointName, session: SessionContext, deadline: ContinuousClock.Instant
    ) async throws(WakeFailure) -> Located

    /// Says that a location of this version, and so every older one, could not be used. A newer one is untouched.
    ///
    /// The next ``location(of:session:deadline:)`` asks for a later generation, or for a confirmation of this one.
    func invalidate(_ endpoint: EndpointName, upTo version: FactVersion)
}
