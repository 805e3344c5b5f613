package import Gossip

/// What a lifecycle wants done, in the imperative.
package enum LifecycleAction: Equatable, Sendable {
    /// Number it, keep it, push it to every target.
    case report(Transition)
    /// Take the stored spec up; answers with `startupBegan` or `reconfigurationBegan`.
    case takeConfiguration
    /// Prepare the data directory, start Postgres, apply the spec; answers with `configurationApplied` or
    /// `configurationFailed`.
    case startPostgres
    /// Apply the stored spec to the running Postgres; answers like `startPostgres`.
    case reconfigure
    /// Fetch the spec; answers with `refreshBegan` and then one of the other refresh events or `detached`.
    case fetchSpec
    /// Ask for `refreshBegan` again after a growing, jittered delay.
    case retryRefresh
    /// Whatever the start is doing, give it up and stop Postgres; answers with `shutdownCompleted`.
    case stopPostgres(StopMode)
    /// Shut the door, look once more who is being served; answers with `idleConfirmed` or `idleRefuted`.
    case confirmIdle(at: FactVersion)
    /// As `stopPostgres(.fast)`, behind the shut door: whoever has begun a query since may finish it.
    case stopIdlePostgres
    /// Open the door again.
    case keepServing
    /// Nothing serves any more: see that the report arrives, end what is left of Postgres, linger, exit with a failure.
    case abandon
    /// See that the last report arrives, linger, then exit as asked.
    case finish(Linger)
    /// Whoever asks does not look at what is left: exit now.
    case endLinger
    /// Tell whoever asked that this state does not allow it.
    case refuse(ComputeState)
}
