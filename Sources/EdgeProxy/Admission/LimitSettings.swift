/// How much of this proxy anybody may have.
package struct LimitSettings: Sendable {
    /// Clients at one time that have not proved who they are; a quarter more is kept for sources and endpoints that have
    /// few of them.
    package var strangers = 2_000
    /// Connection attempts of one endpoint, counted before its clients prove anything; an endpoint's own rate goes before.
    /// `nil`: no limit.
    package var endpointRate = AttemptRate(perSecond: 200, burst: 500)
    /// Connection attempts of one source. `nil`, unless an operator wants it: behind a balancer that names no sources,
    /// everybody has the same.
    package var sourceRate: AttemptRate?
    /// Calls to the control plane that wake one endpoint. `nil`: no limit.
    package var wakeRate = AttemptRate(perSecond: 100, burst: 300)

    package init() {}
}
