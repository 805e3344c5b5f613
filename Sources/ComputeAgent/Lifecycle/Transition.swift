package import Gossip

/// One numbered step of a lifecycle: what a report says about the state.
package struct Transition: Equatable, Sendable {
    package var version: FactVersion
    package var state: ComputeState
    package var previousState: ComputeState
    /// When, in microseconds of Unix time.
    package var atUnixMicros: Int64
    /// The event that caused it, for a person.
    package var reason: String
    /// What went wrong; empty unless `state` is `failed`, a change could not be applied, a refresh is being retried, or
    /// what is served is not well.
    package var error: String
    package var activity: Activity
    /// Where this compute's pages live; `nil` for storage on this machine.
    package var pageservers: PageserverConnectionInfo?
    /// Where the agent answers proxies, `host:port`; empty for nowhere.
    package var agentAddress: String
    /// Another number whenever a role's secret may have changed; 0 while nobody has looked.
    package var roleSecretsRevision: UInt64
    /// What the compute would like to be given; `nil`: nothing else than it has.
    package var scaleWish: ScaleWish?

    package init(
        version: FactVersion, state: ComputeState, previousState: ComputeState, atUnixMicros: Int64, reason: String,
        error: String, activity: Activity, pageservers: PageserverConnectionInfo? = nil,
        agentAddress: String = "", roleSecretsRevision: UInt64 = 0, scaleWish: ScaleWish? = nil
    ) {
        self.version = version
        self.state = state
        self.previousState = previousState
        self.atUnixMicros = atUnixMicros
        self.reason = reason
        self.error = error
        self.activity = activity
        self.pageservers = pageservers
        self.agentAddress = agentAddress
        self.roleSecretsRevision = roleSecretsRevision
        self.scaleWish = scaleWish
    }

    /// Why the change that ends with this step was not applied; `nil` for every other step.
    package var refusal: String? {
        state == .running && [.configuration, .`init`].contains(previousState) && !error.isEmpty ? error : nil
    }

    /// Whether only what is observed moved: activity, secrets. Such a step may be forgotten when a newer one exists.
    package var isActivityOnly: Bool { state == previousState }
}
