package import Gossip

/// What may happen to a compute, in the past tense.
package enum LifecycleEvent: Equatable, Sendable {
    /// A spec arrived, from a file, a pull or a push. The shell has stored it before it says so.
    case configureRequested
    /// The stored spec was taken up while no Postgres ran.
    case startupBegan
    /// The stored spec was taken up while Postgres ran.
    case reconfigurationBegan
    /// Postgres serves and is what the spec says.
    case configurationApplied
    /// A spec could not be applied; says why. What serves serves on.
    case configurationFailed(String)
    /// A Postgres that served before this agent came serves on, and could not be made what the spec says; says why.
    case takenOverAsItWas(String)
    /// The first spec could not be had from where it was to come from; says why.
    case specNotObtained(String)
    /// Somebody wants the spec fetched again.
    case refreshRequested
    /// The fetch is under way.
    case refreshBegan
    /// The fetched spec is the one already applied, and Postgres serves.
    case refreshFoundNoChange
    /// The fetched spec must be applied.
    case refreshFoundChange
    /// The fetch, or applying what it brought, failed.
    case refreshFailed(String)
    /// The control plane no longer has a spec for this compute.
    case detached
    /// Postgres ended, whoever wanted it; says how.
    case postgresExited(String)
    /// Postgres runs and has not answered for so long that it is taken for dead; says how long.
    case postgresSilent(String)
    case terminateRequested(StopMode, reason: String)
    /// The same over HTTP, by somebody who may want to look at what is left: the agent lingers at the end.
    case terminateCalled(StopMode)
    /// The control plane wants the compute to stop if nobody has come since this transition.
    case idleStopRequested(at: FactVersion)
    /// Since `idleStopRequested` the shell has looked: nobody is there, and nobody can come until it is told how to go on.
    case idleConfirmed(at: FactVersion)
    /// Since `idleStopRequested` the shell has looked: somebody is there, or may be.
    case idleRefuted
    /// Postgres has ended and nothing of it is left.
    case shutdownCompleted(FinalPosition)
    /// Postgres serves, and something that it or its agent needs was lost or has come back; says what.
    case healthChanged(HealthPart, String, isWell: Bool)
    /// The monitor saw activity begin, end, move or become unknowable.
    case activityObserved(Activity)
    /// The monitor saw that a role's secret may have changed.
    case roleSecretsChanged(revision: UInt64)
    /// The compute would like to be given this, or no longer anything else than it has.
    case scaleWished(ScaleWish?)
}

/// What may be lost while Postgres serves, each by itself.
package enum HealthPart: CaseIterable, Sendable {
    /// A static compute's lease on what it reads.
    case lease
    /// What the agent's role may do.
    case rights
}

/// Whether a compute serves anyone. Unknown is a value of its own and never taken for idle.
package enum Activity: Equatable, Sendable {
    case unknown
    case active(lastActiveMicros: Int64, reason: ActivityReason = .client)
    /// Nobody is being served; `sinceMicros` is when the last one was, microseconds of Unix time.
    case idle(sinceMicros: Int64)
}
