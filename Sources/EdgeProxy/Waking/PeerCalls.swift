package import Gossip

/// What is asked of other members about wakes.
package protocol PeerCalls: Sendable {
    /// Puts a question to a member and passes on whatever it says, until something settles it. Whoever cancels the task
    /// hangs up; the wake itself goes on.
    ///
    /// - Parameter hear: ``WakeReply/lost`` need not be said: returning without an outcome says it.
    func wake(
        _ call: WakeCall, for errand: WakeErrand, deadline: ContinuousClock.Instant, at member: MemberID,
        hear: @Sendable (ComputeWakeReply) async -> Void) async

    /// - Returns: `nil` when there was no answer.
    func flightState(of endpoint: EndpointName, at member: MemberID) async -> WakeFlightState?
}
