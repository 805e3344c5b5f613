/// How long each step of an endpoint's life may take.
package struct EndpointLimits: Equatable, Sendable {
    /// How far ahead of the stored generation a proxy's may be before it is taken for nonsense.
    package static let forgottenGenerations: UInt64 = 1 << 32

    /// How long a compute is left idle before it is stopped. `nil`: for ever.
    package var suspendAfter: Duration? = .seconds(300)
    /// From the start of the process to “accepts connections”. A first start also makes the data directory, and one after a
    /// crash recovers; the agent gives up before, after 300 s, and says why.
    package var start: Duration = .seconds(330)
    /// For open sessions to be ended and a checkpoint to be written.
    package var fastStop: Duration = .seconds(30)
    /// For an agent to say whether its compute, idle for long enough, stops or stays.
    package var idleAnswer: Duration = .seconds(10)
    /// Before a compute that was asked to stop and stayed is asked again.
    package var askAgain: Duration = .seconds(1)
    /// For the stop of an idle compute: as `fastStop`, after the last queries of sessions that had been idle.
    package var idleStop: Duration = .seconds(90)
    /// For a stop without a checkpoint.
    package var immediateStop: Duration = .seconds(5)
    /// The pause after one failed start; doubled by each further one.
    package var firstBackOff: Duration = .seconds(1)
    package var longestBackOff: Duration = .seconds(30)

    package init() {}

    func stopLimit(_ urgency: StopUrgency) -> Duration {
        switch urgency {
        case .fast: fastStop
        case .immediate, .kill: immediateStop
        }
    }

    /// - Parameter failures: starts that failed in a row, at least 1.
    func backOff(afterFailures failures: Int) -> Duration {
        min(longestBackOff, firstBackOff * (1 << min(max(failures - 1, 0), 16)))
    }
}
